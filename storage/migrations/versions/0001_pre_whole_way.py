"""Whole way."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('channel_accounts',
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paused_code', sa.String(length=40), nullable=True),
    sa.CheckConstraint("kind IN ('telegram', 'sms', 'local')", name=op.f('ck_channel_accounts_kind')),
    sa.CheckConstraint('(paused_at IS NULL) = (paused_code IS NULL)', name=op.f('ck_channel_accounts_paused')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_channel_accounts'))
    )
    op.create_table('flow_versions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('flow', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flow_versions')),
    sa.UniqueConstraint('flow', 'version', name=op.f('uq_flow_versions_flow_version'))
    )
    op.create_index('uq_flow_versions_current', 'flow_versions', ['flow'], unique=True, sqlite_where=sa.text('current'), postgresql_where=sa.text('current'))
    op.create_table('people',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=True),
    sa.Column('file_order', sa.Integer(), nullable=True),
    sa.Column('channels', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('reference_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('reference_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('first_name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('last_name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('zone', sa.String(length=60), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('data_key', sa.LargeBinary(), nullable=True),
    sa.Column('inbound_seq', sa.Integer(), server_default='0', nullable=False),
    sa.Column('crisis_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(source = 'file') = (key IS NOT NULL)", name=op.f('ck_people_key_from_file')),
    sa.CheckConstraint("source IN ('file', 'command')", name=op.f('ck_people_source')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('key', name=op.f('uq_people_key')),
    sa.UniqueConstraint('reference_hash', name=op.f('uq_people_reference_hash'))
    )
    op.create_table('teams',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('zone', sa.String(length=60), nullable=False),
    sa.Column('language', sa.String(length=20), nullable=False),
    sa.Column('region', sa.String(length=20), nullable=False),
    sa.Column('staffed', sa.String(length=200), nullable=False),
    sa.Column('quiet', sa.String(length=40), nullable=False),
    sa.Column('contact_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("source IN ('file', 'command')", name=op.f('ck_teams_source')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teams')),
    sa.UniqueConstraint('key', name=op.f('uq_teams_key'))
    )
    op.create_table('addresses',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('value_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('value_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('preference', sa.Integer(), server_default='0', nullable=False),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('invalid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opted_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('stranger_told_on', sa.Date(), nullable=True),
    sa.Column('last_position', sa.Integer(), server_default='0', nullable=False),
    sa.Column('next_send_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_priority', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(next_send_at IS NULL) = (next_priority IS NULL)', name=op.f('ck_addresses_next')),
    sa.ForeignKeyConstraint(['account'], ['channel_accounts.key'], name=op.f('fk_addresses_account')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_addresses_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_addresses')),
    sa.UniqueConstraint('account', 'value_hash', name=op.f('uq_addresses_account_value_hash'))
    )
    op.create_index('ix_addresses_due', 'addresses', ['next_priority', 'next_send_at'], unique=False, sqlite_where=sa.text('next_send_at IS NOT NULL'), postgresql_where=sa.text('next_send_at IS NOT NULL'))
    op.create_index('ix_addresses_person', 'addresses', ['person_id'], unique=False)
    op.create_table('assignments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_user_id', sa.Uuid(), nullable=False),
    sa.Column('peer_worker_id', sa.Uuid(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('service_user_id <> peer_worker_id', name=op.f('ck_assignments_two_people')),
    sa.ForeignKeyConstraint(['peer_worker_id'], ['people.id'], name=op.f('fk_assignments_peer_worker_id')),
    sa.ForeignKeyConstraint(['service_user_id'], ['people.id'], name=op.f('fk_assignments_service_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments'))
    )
    op.create_index('ix_assignments_worker', 'assignments', ['peer_worker_id'], unique=False)
    op.create_index('uq_assignments_current', 'assignments', ['service_user_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('audit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('detail', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('personal_mac', sa.LargeBinary(length=32), nullable=True),
    sa.Column('mac', sa.LargeBinary(length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('chain', sa.LargeBinary(length=32), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('within', sa.Integer(), nullable=False),
    sa.CheckConstraint('(number IS NULL) = (chain IS NULL)', name=op.f('ck_audit_sealed')),
    sa.ForeignKeyConstraint(['actor_id'], ['people.id'], name=op.f('fk_audit_actor_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_audit_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit')),
    sa.UniqueConstraint('number', name=op.f('uq_audit_number'))
    )
    op.create_index('ix_audit_kind', 'audit', ['kind', 'at'], unique=False)
    op.create_index('ix_audit_person', 'audit', ['person_id', 'at'], unique=False)
    op.create_table('consents',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('text_version', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=True),
    sa.Column('words_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.CheckConstraint("source IN ('flow', 'import', 'stop')", name=op.f('ck_consents_source')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_consents_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents')),
    sa.UniqueConstraint('person_id', 'seq', name=op.f('uq_consents_person_id_seq'))
    )
    op.create_table('escalations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('team_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.String(length=10), nullable=False),
    sa.Column('severity', sa.String(length=10), nullable=False),
    sa.Column('policy', sa.String(length=60), nullable=False),
    sa.Column('policy_copy', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('reasons_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('tellings', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_by', sa.Uuid(), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unanswered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_by', sa.Uuid(), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome_sealed', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("(state = 'resolved') = (next_at IS NULL)", name=op.f('ck_escalations_always_a_next_step')),
    sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name=op.f('ck_escalations_resolved')),
    sa.CheckConstraint("line IN ('service', 'wellness', 'role')", name=op.f('ck_escalations_line')),
    sa.CheckConstraint("severity IN ('info', 'concern', 'urgent', 'crisis')", name=op.f('ck_escalations_severity')),
    sa.CheckConstraint("state <> 'taken' OR (taken_by IS NOT NULL AND taken_at IS NOT NULL)", name=op.f('ck_escalations_taken')),
    sa.CheckConstraint("state IN ('open', 'taken', 'lapsed', 'resolved')", name=op.f('ck_escalations_state')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_escalations_person_id')),
    sa.ForeignKeyConstraint(['resolved_by'], ['people.id'], name=op.f('fk_escalations_resolved_by')),
    sa.ForeignKeyConstraint(['taken_by'], ['people.id'], name=op.f('fk_escalations_taken_by')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_escalations_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_escalations'))
    )
    op.create_index('ix_escalations_due', 'escalations', ['next_at'], unique=False, sqlite_where=sa.text('next_at IS NOT NULL'), postgresql_where=sa.text('next_at IS NOT NULL'))
    op.create_index('ix_escalations_person', 'escalations', ['person_id', 'opened_at'], unique=False)
    op.create_index('uq_escalations_one_open', 'escalations', ['person_id', 'line'], unique=True, sqlite_where=sa.text("state <> 'resolved'"), postgresql_where=sa.text("state <> 'resolved'"))
    op.create_table('invitations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_invitations_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_invitations_code_hash'))
    )
    op.create_index('ix_invitations_person', 'invitations', ['person_id'], unique=False)
    op.create_table('memberships',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('team_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role IN ('service_user', 'peer_worker', 'supervisor', 'coordinator', 'evaluator', 'admin')", name=op.f('ck_memberships_role')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_memberships_person_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_memberships_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memberships'))
    )
    op.create_index('ix_memberships_team', 'memberships', ['team_id', 'role'], unique=False)
    op.create_index('uq_memberships_current', 'memberships', ['person_id', 'team_id', 'role'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('name_keys',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_name_keys_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'hash', name=op.f('pk_name_keys'))
    )
    op.create_index('ix_name_keys_hash', 'name_keys', ['hash'], unique=False)
    op.create_table('quarantine',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(length=80), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('inbound', 'occurrence', 'session', 'escalation', 'status')", name=op.f('ck_quarantine_kind')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_quarantine_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantine')),
    sa.UniqueConstraint('kind', 'subject_id', name=op.f('uq_quarantine_kind_subject_id'))
    )
    op.create_table('schedules',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('team_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('flow', sa.String(length=80), nullable=False),
    sa.Column('rule', sa.String(length=200), nullable=False),
    sa.Column('spread', sa.Integer(), nullable=False),
    sa.Column('grace', sa.Integer(), nullable=False),
    sa.Column('missed', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('missed_in_a_row', sa.Integer(), server_default='0', nullable=False),
    sa.Column('next_date', sa.Date(), nullable=True),
    sa.Column('next_slot', sa.String(length=10), nullable=True),
    sa.Column('next_nominal_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("source IN ('file', 'command')", name=op.f('ck_schedules_source')),
    sa.CheckConstraint('(due_at IS NULL) = (next_date IS NULL) AND (due_at IS NULL) = (next_slot IS NULL) AND (due_at IS NULL) = (next_nominal_at IS NULL)', name=op.f('ck_schedules_next')),
    sa.CheckConstraint('(ended_at IS NULL) = (due_at IS NOT NULL)', name=op.f('ck_schedules_lives_by_its_due_time')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_schedules_person_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_schedules_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedules'))
    )
    op.create_index('ix_schedules_due', 'schedules', ['due_at'], unique=False, sqlite_where=sa.text('due_at IS NOT NULL'), postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index('uq_schedules_current', 'schedules', ['person_id', 'key'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('supervisions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('peer_worker_id', sa.Uuid(), nullable=False),
    sa.Column('supervisor_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('wellness', 'deputy', 'line')", name=op.f('ck_supervisions_kind')),
    sa.CheckConstraint('peer_worker_id <> supervisor_id', name=op.f('ck_supervisions_two_people')),
    sa.ForeignKeyConstraint(['peer_worker_id'], ['people.id'], name=op.f('fk_supervisions_peer_worker_id')),
    sa.ForeignKeyConstraint(['supervisor_id'], ['people.id'], name=op.f('fk_supervisions_supervisor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supervisions'))
    )
    op.create_index('ix_supervisions_supervisor', 'supervisions', ['supervisor_id'], unique=False)
    op.create_index('uq_supervisions_current', 'supervisions', ['peer_worker_id', 'kind'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('alert_codes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('responder_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=2), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('freed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_alert_codes_escalation_id')),
    sa.ForeignKeyConstraint(['responder_id'], ['people.id'], name=op.f('fk_alert_codes_responder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_codes'))
    )
    op.create_index('ix_alert_codes_escalation', 'alert_codes', ['escalation_id'], unique=False)
    op.create_index('uq_alert_codes_current', 'alert_codes', ['responder_id', 'code'], unique=True, sqlite_where=sa.text('freed_at IS NULL'), postgresql_where=sa.text('freed_at IS NULL'))
    op.create_index('uq_alert_codes_escalation', 'alert_codes', ['responder_id', 'escalation_id'], unique=True)
    op.create_table('alerts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('responder_id', sa.Uuid(), nullable=False),
    sa.Column('address_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=2), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('telling', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('declined_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_alerts_address_id')),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_alerts_escalation_id')),
    sa.ForeignKeyConstraint(['responder_id'], ['people.id'], name=op.f('fk_alerts_responder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alerts'))
    )
    op.create_index('ix_alerts_address', 'alerts', ['address_id'], unique=False)
    op.create_index('ix_alerts_escalation', 'alerts', ['escalation_id'], unique=False)
    op.create_index('ix_alerts_responder', 'alerts', ['responder_id', 'told_at'], unique=False)
    op.create_table('inbound',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('provider_id', sa.String(length=80), nullable=False),
    sa.Column('address_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('seq', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('raw_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('danger', sa.String(length=10), nullable=False),
    sa.Column('meant', sa.String(length=40), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("danger IN ('risk', 'distress', 'none')", name=op.f('ck_inbound_danger')),
    sa.CheckConstraint("kind IN ('text', 'press', 'media', 'edit', 'blocked', 'unblocked', 'group', 'other', 'unreadable')", name=op.f('ck_inbound_kind')),
    sa.CheckConstraint('(person_id IS NULL) = (seq IS NULL)', name=op.f('ck_inbound_seq_of_a_person')),
    sa.ForeignKeyConstraint(['account'], ['channel_accounts.key'], name=op.f('fk_inbound_account')),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_inbound_address_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_inbound_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound')),
    sa.UniqueConstraint('account', 'provider_id', name=op.f('uq_inbound_account_provider_id')),
    sa.UniqueConstraint('person_id', 'seq', name=op.f('uq_inbound_person_id_seq'))
    )
    op.create_table('sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('address_id', sa.Uuid(), nullable=False),
    sa.Column('flow', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('schedule_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('asking', sa.Boolean(), nullable=False),
    sa.Column('heard', sa.Boolean(), nullable=False),
    sa.Column('state_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('nudge', sa.Integer(), server_default='0', nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL) AND (state = 'ended') = (outcome IS NOT NULL)", name=op.f('ck_sessions_ended')),
    sa.CheckConstraint("state <> 'ended' OR (due_at IS NULL AND NOT asking)", name=op.f('ck_sessions_ended_waits_for_nothing')),
    sa.CheckConstraint("state <> 'open' OR (due_at IS NOT NULL AND asking)", name=op.f('ck_sessions_open_has_a_due_time')),
    sa.CheckConstraint("state IN ('open', 'suspended', 'ended')", name=op.f('ck_sessions_state')),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_sessions_address_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_sessions_person_id')),
    sa.ForeignKeyConstraint(['schedule_id'], ['schedules.id'], name=op.f('fk_sessions_schedule_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions'))
    )
    op.create_index('ix_sessions_due', 'sessions', ['due_at'], unique=False, sqlite_where=sa.text('due_at IS NOT NULL'), postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index('ix_sessions_person', 'sessions', ['person_id', 'begun_at'], unique=False)
    op.create_index('uq_sessions_open', 'sessions', ['person_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_table('answers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('flow', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('value_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_answers_person_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_answers_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answers'))
    )
    op.create_index('ix_answers_history', 'answers', ['person_id', 'flow', 'name', 'answered_at'], unique=False)
    op.create_index('ix_answers_session', 'answers', ['session_id'], unique=False)
    op.create_table('occurrences',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('schedule_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('local_date', sa.Date(), nullable=False),
    sa.Column('slot', sa.String(length=10), nullable=False),
    sa.Column('nominal_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=True),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(state = 'skipped') = (session_id IS NULL)", name=op.f('ck_occurrences_skipped_has_no_session')),
    sa.CheckConstraint("state IN ('begun', 'skipped', 'told', 'replied', 'missed', 'unclear', 'interrupted', 'neither')", name=op.f('ck_occurrences_state')),
    sa.CheckConstraint("state NOT IN ('skipped', 'neither') OR reason IS NOT NULL", name=op.f('ck_occurrences_reason')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_occurrences_person_id')),
    sa.ForeignKeyConstraint(['schedule_id'], ['schedules.id'], name=op.f('fk_occurrences_schedule_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_occurrences_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occurrences')),
    sa.UniqueConstraint('schedule_id', 'local_date', 'slot', name=op.f('uq_occurrences_schedule_id_local_date_slot')),
    sa.UniqueConstraint('session_id', name=op.f('uq_occurrences_session_id'))
    )
    op.create_index('ix_occurrences_person', 'occurrences', ['person_id', 'local_date'], unique=False)
    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('address_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('about_id', sa.Uuid(), nullable=True),
    sa.Column('class', sa.String(length=10), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=10), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('body_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('escalation_id', sa.Uuid(), nullable=True),
    sa.Column('alert_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_after', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('despite_stop', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('again', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('lease_id', sa.Uuid(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('held', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(class = 'crisis' AND priority = 0) OR (class = 'escalation' AND priority = 1) OR (class = 'reply' AND priority = 2) OR (class = 'check-in' AND priority = 3) OR (class = 'bulk' AND priority = 4)", name=op.f('ck_outbox_class_priority')),
    sa.CheckConstraint("(state = 'sending') = (lease_id IS NOT NULL)", name=op.f('ck_outbox_lease')),
    sa.CheckConstraint("purpose <> 'alert' OR alert_id IS NOT NULL", name=op.f('ck_outbox_alert_has_alert')),
    sa.CheckConstraint("purpose <> 'question' OR session_id IS NOT NULL", name=op.f('ck_outbox_question_has_session')),
    sa.CheckConstraint("purpose IN ('crisis', 'alert', 'notice', 'question', 'reply')", name=op.f('ck_outbox_purpose')),
    sa.CheckConstraint("state IN ('queued', 'sending', 'unknown', 'accepted', 'delivered', 'failed', 'expired', 'cancelled')", name=op.f('ck_outbox_state')),
    sa.CheckConstraint('(lease_id IS NULL) = (lease_until IS NULL)', name=op.f('ck_outbox_lease_until')),
    sa.ForeignKeyConstraint(['about_id'], ['people.id'], name=op.f('fk_outbox_about_id')),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_outbox_address_id')),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.id'], name=op.f('fk_outbox_alert_id')),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalations.id'], name=op.f('fk_outbox_escalation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_outbox_person_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_outbox_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('address_id', 'position', name=op.f('uq_outbox_address_id_position'))
    )
    op.create_index('ix_outbox_escalation', 'outbox', ['escalation_id'], unique=False)
    op.create_index('ix_outbox_leases', 'outbox', ['lease_until'], unique=False, sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'"))
    op.create_index('ix_outbox_session', 'outbox', ['session_id'], unique=False)
    op.create_index('ix_outbox_unknown', 'outbox', ['due_at'], unique=False, sqlite_where=sa.text("state = 'unknown'"), postgresql_where=sa.text("state = 'unknown'"))
    op.create_index('ix_outbox_waiting', 'outbox', ['address_id', 'priority', 'position'], unique=False, sqlite_where=sa.text("state IN ('queued', 'sending')"), postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.create_index('uq_outbox_one_sending', 'outbox', ['address_id', 'class'], unique=True, sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'"))
    op.create_table('deliveries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('outbox_id', sa.Uuid(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('account', sa.String(length=40), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=40), server_default='', nullable=False),
    sa.Column('provider_id', sa.String(length=80), nullable=True),
    sa.Column('parts', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=12), nullable=True),
    sa.Column('status_code', sa.String(length=40), nullable=True),
    sa.Column('status_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("outcome IN ('accepted', 'refused', 'later', 'unknown')", name=op.f('ck_deliveries_outcome')),
    sa.ForeignKeyConstraint(['account'], ['channel_accounts.key'], name=op.f('fk_deliveries_account')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_deliveries_outbox_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('account', 'provider_id', name=op.f('uq_deliveries_account_provider_id')),
    sa.UniqueConstraint('outbox_id', 'attempt', name=op.f('uq_deliveries_outbox_id_attempt'))
    )
