"""Holds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('chain', sa.LargeBinary(length=32), nullable=False),
    sa.Column('mac', sa.LargeBinary(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_audit_head_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('migrations_run',
    sa.Column('revision', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('post', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('revision', name=op.f('pk_migrations_run'))
    )
    op.create_table('processes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('revision', sa.String(length=20), nullable=False),
    sa.Column('applied', sa.String(length=64), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_processes'))
    )
    op.create_index('ix_processes_seen', 'processes', ['seen_at'], unique=False)
    op.add_column('addresses', sa.Column('free_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_index(op.f('ix_addresses_due'), table_name='addresses', sqlite_where=sa.text('next_send_at IS NOT NULL'))
    op.create_index('ix_addresses_due', 'addresses', ['account', 'next_priority', 'next_send_at'], unique=False, sqlite_where=sa.text('next_send_at IS NOT NULL'), postgresql_where=sa.text('next_send_at IS NOT NULL'))
    op.add_column('channel_accounts', sa.Column('free_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('channel_accounts', sa.Column('resting_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('channel_accounts', sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('outbox', sa.Column('looked', sa.Integer(), server_default='0', nullable=False))
    op.add_column('outbox', sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('quarantine', sa.Column('next_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('quarantine', sa.Column('again', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('quarantine', sa.Column('told_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_quarantine_waiting', 'quarantine', ['kind', 'next_at'], unique=False, sqlite_where=sa.text('released_at IS NULL'), postgresql_where=sa.text('released_at IS NULL'))
