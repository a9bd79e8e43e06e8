"""What happened and why, in words: told from the audit's entries and the rows that they point to, and from nothing else.

A telling's reason is read from the telling before it: who was told, how long ago, who said that they can't, what did not
arrive.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from bot.demo.words import flow_named, listed
from storage.escalations import alerts_of, escalations_by_id
from storage.keys import Keys
from storage.records import Alert, Escalation
from storage.sealing import Keyring
from storage.tables import audit, outbox, schedules, sessions
from storage.viewing import System

VIEWER: Final = System("the demo: what happened, for whoever watches")
KEPT: Final = 60
"""Sentences that are kept, the newest."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One sentence. `grave`: somebody was told, or is needed."""

    at: datetime
    words: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far the audit was read: the newest moment of writing, and the entries of that moment."""

    written_at: datetime | None = None
    seen: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class _Reader:
    """The rows round one entry."""

    connection: Connection
    names: Mapping[UUID, str]
    escalations: Mapping[UUID, Escalation]
    alerts: Mapping[UUID, Sequence[Alert]]
    row: Any

    @property
    def about(self) -> str:
        return self.names.get(self.row.person_id, "somebody")

    @property
    def actor(self) -> str:
        return self.names.get(self.row.actor_id, "Somebody")

    @property
    def escalation(self) -> Escalation | None:
        return self.escalations.get(_id(self.row.detail.get("escalation")))

    def named(self, key: str) -> str:
        return self.names.get(_id(self.row.detail.get(key)), "somebody")

    def one(self, column: Any, where: Any) -> Any:
        return self.connection.execute(select(column).where(where)).scalar_one_or_none()


def read_on(
    connection: Connection, keyring: Keyring, names: Mapping[UUID, str], mark: Bookmark
) -> tuple[Sequence[Happened], Bookmark]:
    """What was written since `mark`, and the mark of now."""
    wanted = select(audit).where(audit.c.kind.in_(_TELLERS)).order_by(audit.c.written_at, audit.c.within, audit.c.id)
    if mark.written_at is not None:
        wanted = wanted.where(audit.c.written_at >= mark.written_at)
    rows = [row for row in connection.execute(wanted) if row.id not in mark.seen]
    if not rows:
        return (), mark
    newest = rows[-1].written_at
    seen = frozenset(row.id for row in rows if row.written_at == newest)
    ids = {_id(row.detail.get("escalation")) for row in rows} - {_NOBODY}
    escalations = escalations_by_id(connection, Keys(keyring, connection), VIEWER, ids)
    alerts = alerts_of(connection, tuple(ids))
    told: list[Happened] = []
    for row in rows[-KEPT * 4 :]:
        words = _TELLERS[row.kind](_Reader(connection, names, escalations, alerts, row))
        if words and not any(one.words == words and one.at == row.at for one in told):
            told.append(Happened(row.at, words, row.kind in _GRAVE))
    return told[-KEPT:], Bookmark(newest, seen | (mark.seen if newest == mark.written_at else frozenset()))


_NOBODY: Final = UUID(int=0)


def _id(written: object) -> UUID:
    return UUID(written) if isinstance(written, str) else _NOBODY


def _told(of: _Reader) -> str:
    """An alert: whom, and why them and why now."""
    alerts = of.alerts.get(_id(of.row.detail.get("escalation")), ())
    this = next((one for one in alerts if one.id == _id(of.row.detail.get("alert"))), None)
    if this is None:
        return f"Told {of.named('responder')} about {of.about}."
    same = [one for one in alerts if one.telling == this.telling]
    failed = {one.responder_id for one in same if one.failed_at is not None}
    if this.responder_id in failed and this.failed_at is None:
        return f"Told {of.named('responder')} another way because the first text did not arrive."
    group = [one for one in same if one.told_at == this.told_at]
    before = [one for one in alerts if one.telling == this.telling - 1]
    return f"Told {_names_of(of, group)}{_because(of, group, before)}."


def _because(of: _Reader, group: Sequence[Alert], before: Sequence[Alert]) -> str:
    if not before:
        several = len({one.responder_id for one in group}) > 1
        return f", who {'come' if several else 'comes'} first on the ladder"
    reached = [one for one in before if one.failed_at is None]
    waiting = [one for one in reached if one.declined_at is None]
    if not reached:
        return f" because no text reaches {_names_of(of, before)}"
    if not waiting:
        return f" because {_names_of(of, reached)} can't"
    again = " again" if {one.responder_id for one in group} <= {one.responder_id for one in before} else ""
    length = spoken(group[0].told_at - min(one.told_at for one in waiting))
    return f"{again} because {_names_of(of, waiting)} did not answer in {length}"


def _names_of(of: _Reader, alerts: Sequence[Alert]) -> str:
    return listed(sorted({of.names.get(one.responder_id, "somebody") for one in alerts}))


def _opened(of: _Reader) -> str:
    escalation = of.escalation
    if escalation is None:
        return f"{of.about} needs a person."
    why = next((one.reason for one in reversed(escalation.reasons) if one.at <= of.row.at), "")
    grew = {"escalation.added_to": "again", "escalation.rose": "more urgently than before"}.get(of.row.kind, "")
    return f"{of.about} needs a person{f' {grew}' if grew else ''}: {why}."


def _did_not_arrive(of: _Reader) -> str:
    message = _id(of.row.detail.get("message"))
    to = of.names.get(of.one(outbox.c.person_id, outbox.c.id == message), "somebody")
    what = {"alert": "The alert", "question": "The question", "notice": "A word", "crisis": "The crisis text"}
    why = {"blocked": "the phone takes nothing from us", "invalid": "the number is not in use"}
    fact = why.get(of.row.detail.get("fact", ""), "it could not be delivered")
    return f"{what.get(of.row.detail.get('purpose', ''), 'A text')} to {to} did not arrive: {fact}."


def _began(of: _Reader) -> str:
    return f"{_flow_of(of)} to {of.about}{': it was due' if of.row.kind == 'checkin.begun' else ''}."


def _flow_of(of: _Reader) -> str:
    name = flow_named(str(of.row.detail.get("flow", "")))
    return f"{name[:1].upper()}{name[1:]}"


def _answered(of: _Reader) -> str:
    session = _id(of.row.detail.get("session"))
    name = flow_named(str(of.one(sessions.c.flow, sessions.c.id == session) or ""))
    return f"{of.about} answered the {name}."


def _missed(of: _Reader) -> str:
    schedule = _id(of.row.detail.get("schedule"))
    name = flow_named(str(of.one(schedules.c.flow, schedules.c.id == schedule) or ""))
    times = of.row.detail.get("in_a_row", 1)
    return f"{of.about} did not answer the {name}: {'one' if times == 1 else times} missed in a row."


def _skipped(of: _Reader) -> str:
    schedule = _id(of.row.detail.get("schedule"))
    name = flow_named(str(of.one(schedules.c.flow, schedules.c.id == schedule) or ""))
    return f"The {name} for {of.about} did not begin ({str(of.row.detail.get('reason', '')).replace('-', ' ')})."


def _danger(of: _Reader) -> str:
    if of.row.detail.get("level") == "distress":
        return f"{of.about}'s text was read as distress: a person will look at it."
    return f"{of.about}'s text was read as danger, before anything else was looked at."


def _stopped(of: _Reader) -> str:
    here = (audit.c.written_at == of.row.written_at) & (audit.c.person_id == of.row.person_id)
    blocked = of.one(audit.c.id, here & (audit.c.kind == "address.blocked")) is not None
    return f"{of.about} {'blocked the bot' if blocked else 'said STOP'}: no more texts, and nobody asks why."


def _reminded(of: _Reader) -> str:
    escalation = of.escalation
    whom = (
        of.names.get(escalation.taken_by, "Whoever has it") if escalation and escalation.taken_by else "Whoever has it"
    )
    return f"{whom} was reminded: it is not closed yet."


def _ticked(of: _Reader) -> str:
    items = of.row.detail.get("items", 0)
    return f"{of.about} ticked {'one thing' if items == 1 else f'{items} things'} on their own list."


def spoken(length: timedelta) -> str:
    """A length as people say it: "15 minutes", "1 hour", "2 days"."""
    minutes = round(length.total_seconds() / 60)
    for size, name in ((1440, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


_TELLERS: Final[Mapping[str, Callable[[_Reader], str]]] = MappingProxyType(
    {
        "checkin.begun": _began,
        "session.begun": _began,
        "checkin.missed": _missed,
        "checkin.skipped": _skipped,
        "answer.saved": _answered,
        "danger.heard": _danger,
        "crisis_text.queued": lambda of: f"Sent {of.about} the numbers to ring, at once.",
        "escalation.opened": _opened,
        "escalation.rose": _opened,
        "escalation.added_to": _opened,
        "alert.queued": _told,
        "alert.declined": lambda of: f"{of.actor} can't take it.",
        "escalation.taken": lambda of: f"{of.actor} has it. Everybody who was told before knows.",
        "escalation.tried": lambda of: f"{of.actor} tried to reach {of.about} and could not.",
        "escalation.put_off": lambda of: f"{of.actor} asked to be reminded later.",
        "escalation.reminded": _reminded,
        "escalation.lapsed": lambda of: f"It goes on to others: it was not closed in time, for {of.about}.",
        "escalation.nobody": lambda of: f"One step of the ladder about {of.about} had nobody who can be told.",
        "escalation.unanswered": lambda of: f"Nobody answered on any step: {of.about} was told so, honestly.",
        "escalation.resolved": lambda of: f"{of.actor} closed it. Everybody who was told knows.",
        "responder.unreachable": lambda of: f"{of.about} can't be told any more: the coordinators know.",
        "message.failed": _did_not_arrive,
        "person.stopped": _stopped,
        "person.started": lambda of: f"{of.about} began again with START.",
        "wrap.added": lambda of: f"{of.about} put something on their own list.",
        "wrap.done": _ticked,
    }
)
_GRAVE: Final = frozenset(
    {"danger.heard", "escalation.opened", "escalation.rose", "alert.queued", "escalation.unanswered", "message.failed"}
)
