"""The save step: everything that a batch decided, written set by set in the transaction that loaded it.

What is shared across matters is allocated here under the addresses' locks, taken in id order: positions in the outbox,
and the codes of alerts, which are unique for a responder's phone and not given again for seven days.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from bot.conversation.matter import Changes, Known
from bot.escalation.replies import NoCodeLeftError, new_code
from bot.escalation.wording import CODE
from storage import audit, escalations, inbox, outbox, people, schedules, sessions, wrap
from storage.claims import lock_rows
from storage.errors import ConflictError
from storage.keys import Keys
from storage.records import GivenCode, Message
from storage.tables import addresses


def save(
    connection: Connection, keys: Keys, known: Known, changes: Changes, now: datetime, new_id: Callable[[], UUID]
) -> None:
    """Write it all.

    Raises:
        ConflictError: something was decided elsewhere meanwhile; the whole batch is to be loaded and decided again.
    """
    people.save_people(connection, [known.people[one] for one in changes.people])
    people.save_addresses(connection, keys, changes.addresses.values())
    people.save_consents(connection, keys, changes.consents)
    people.use_invitations(connection, changes.invitations_used, now)
    schedules.save_schedules(connection, changes.new_schedules, changes.schedules.values(), now)
    sessions.save_sessions(connection, keys, changes.new_sessions.values(), changes.sessions.values())
    sessions.save_answers(connection, keys, changes.answers)
    if not schedules.save_occurrences(connection, changes.new_occurrences, changes.occurrences.values()):
        raise ConflictError("an occurrence was decided by another process")
    escalations.save_escalations(connection, keys, changes.new_escalations.values(), changes.escalations)
    escalations.declined_by(connection, changes.declined, now)
    outbox.cancel(
        connection,
        now,
        sessions_over=changes.sessions_over,
        escalations_over=changes.escalations_answered,
        stopped=changes.stopped,
    )
    _lock_addresses(connection, known, changes)
    _give_codes(connection, changes, now, new_id)
    escalations.save_alerts(connection, changes.new_alerts, changes.alerts.values())
    outbox.put(connection, keys, changes.messages)
    escalations.free_codes(connection, changes.escalations_resolved, now)
    wrap.save_items(connection, keys, changes.wrap_items)
    inbox.save_heard(connection, keys, changes.heard)
    inbox.save_set_aside(connection, changes.set_aside)
    audit.save_audit(connection, keys, changes.audit)


def _lock_addresses(connection: Connection, known: Known, changes: Changes) -> None:
    """All at once and in id order: those written to, and one of each responder who may get a code."""
    touched = {message.address_id for message in changes.messages}
    for alert in changes.new_alerts:
        touched.add(min(one.id for one in known.people[alert.responder_id].addresses))
    lock_rows(connection, addresses, touched)


def _give_codes(connection: Connection, changes: Changes, now: datetime, new_id: Callable[[], UUID]) -> None:
    """Each responder knows an escalation by one code, whatever phone it went to and however often."""
    if not changes.new_alerts:
        return
    responders = {alert.responder_id for alert in changes.new_alerts}
    given = escalations.codes_in_use(connection, responders, now)
    known = {(one.responder_id, one.escalation_id): one.code for one in given}
    fresh: list[tuple[UUID, UUID, str, UUID]] = []
    for alert in changes.new_alerts:
        name = (alert.responder_id, alert.escalation_id)
        if name not in known:
            known[name] = _fresh_code(given, alert.responder_id)
            given.append(GivenCode(alert.responder_id, known[name], alert.escalation_id, None))
            fresh.append((new_id(), alert.responder_id, known[name], alert.escalation_id))
        alert.code = known[name]
    escalations.save_codes(connection, fresh, now)
    codes = {alert.id: alert.code for alert in changes.new_alerts}
    for message in changes.messages:
        if message.alert_id is not None:
            _write_code(message, codes.get(message.alert_id, ""))


def _fresh_code(given: list[GivenCode], responder_id: UUID) -> str:
    theirs = [one for one in given if one.responder_id == responder_id]
    try:
        return new_code({one.code for one in theirs}, secrets.randbelow)
    except NoCodeLeftError:
        # 168 alerts to one phone within a week: a code that rests is better than an alert that is not sent.
        return new_code({one.code for one in theirs if one.freed_at is None}, secrets.randbelow)


def _write_code(message: Message, code: str) -> None:
    if code:
        message.body = replace(message.body, text=message.body.text.replace(CODE, code))
