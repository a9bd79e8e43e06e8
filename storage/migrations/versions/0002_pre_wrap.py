"""WRAP items, each sealed under its person's key."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wrap_items',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('section', sa.String(length=10), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("section IN ('well', 'toolbox', 'daily', 'triggers', 'warning', 'breaking', 'crisis', 'post')", name=op.f('ck_wrap_items_section')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_wrap_items_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wrap_items'))
    )
    op.create_index('ix_wrap_items_person', 'wrap_items', ['person_id', 'section', 'place'], unique=False)
