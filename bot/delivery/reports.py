"""What a provider says later of a message it accepted: late, twice, out of order, or before its own answer reached us.

A status never goes down in rank. A report proves acceptance even when the answer was lost. `undelivered` and `failed` go
the way of a refusal: an alert goes by the next address at once, what can wait is tried once more in half an hour.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from bot.channels.base import StatusReport
from bot.conversation.events import NotDelivered
from bot.conversation.work import Worker, decide_and_save
from bot.delivery.retry import Again, after_refusal
from storage import audit, deliveries, outbox
from storage.ids import new_id
from storage.keys import Keys
from storage.records import AuditEntry, Message
from storage.viewing import System

_VIEWER = System("a provider's report about a message")
_ARRIVED = ("delivered", "read")
_LOST = ("undelivered", "failed", "canceled")


async def take_status(worker: Worker, report: StatusReport, now: datetime) -> None:
    """Take a report in; it is committed on return. One about a message that is not ours changes nothing."""
    await worker.database.run(_take_status, worker, report, now)


def _take_status(connection: Connection, worker: Worker, report: StatusReport, now: datetime) -> None:
    keys = Keys(worker.keyring, connection)
    known = deliveries.by_provider_id(connection, report.account, [report.provider_id]).get(report.provider_id)
    if known is None:
        if report.message_id is None or not _prove(connection, report, report.message_id, now):
            return
        known = deliveries.by_provider_id(connection, report.account, [report.provider_id])[report.provider_id]
    message = outbox.messages_by_id(connection, keys, _VIEWER, [known.outbox_id])[known.outbox_id]
    before = known.status
    if before is not None and deliveries.RANK[report.status] <= deliveries.RANK[before]:
        return
    if report.status in _LOST and known.latest:
        _lost(connection, worker, report, message, now)
    deliveries.save_status(connection, known.id, report.status, report.code, now, before=before)
    if report.status in _ARRIVED:
        deliveries.settle_accepted(connection, [message.id], "delivered", now)
        _audit_arrival(connection, keys, message, report, now)
    elif report.status not in _LOST:
        deliveries.settle_unknown(connection, message.id, now)


def _prove(connection: Connection, report: StatusReport, message_id: UUID, now: datetime) -> bool:
    """The report names our own row, and no delivery has its provider's id: the answer to an attempt was lost or is late."""
    found = deliveries.attempts_of(connection, [message_id]).get(message_id)
    if found is None or found[1] == 0:
        return False
    attempt = deliveries.Attempt(
        id=new_id(now),
        outbox_id=message_id,
        attempt=found[1],
        account=report.account,
        outcome="accepted",
        code="",
        provider_id=report.provider_id,
        parts=None,
        at=now,
    )
    deliveries.prove_accepted(connection, attempt)
    return True


def _lost(connection: Connection, worker: Worker, report: StatusReport, message: Message, now: datetime) -> None:
    if message.person_id is None or message.state not in ("accepted", "unknown", "sending", "delivered"):
        return
    fact = report.fact or "unreachable"
    can_wait = message.send_class not in ("crisis", "escalation")
    course = after_refusal(fact, message.attempts, can_wait=can_wait).course
    if isinstance(course, Again) and message.state in ("accepted", "unknown"):
        outbox.try_again(connection, message, now + course.after, report.code)
        return
    event = NotDelivered(message.id, message.person_id, fact, report.code)
    decide_and_save(connection, worker.keyring, worker.house(), [event], now)
    deliveries.settle_accepted(connection, [message.id], "failed", now)


def _audit_arrival(connection: Connection, keys: Keys, message: Message, report: StatusReport, now: datetime) -> None:
    if message.purpose != "alert":
        return
    detail = {
        "message": str(message.id),
        "alert": str(message.alert_id),
        "escalation": str(message.escalation_id),
        "channel": report.account,
    }
    audit.save_audit(
        connection, keys, [AuditEntry(new_id(now), now, "alert.delivered", message.about_id, None, detail)]
    )
