"""★ Words of danger: the crisis text at once, a person called, and no survey on top of it.

After STOP the crisis text still leaves (the one case, audited), and whoever is told is told to phone.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from bot.conversation.matter import Batch
from bot.conversation.speaking import crisis, notice, reply
from bot.conversation.talking import interrupt
from bot.escalation import wording
from bot.escalation.raising import escalate
from bot.people import wording as people_wording
from bot.safety.crisis import crisis_text
from bot.safety.risk import Danger
from storage.records import Address, Person

SAME_HOUR: Final = timedelta(hours=1)
"""A second crisis text within this time is a shorter, different one."""


def hear_danger(batch: Batch, at: Address, person: Person | None, danger: Danger, *, also_answered: bool) -> None:
    """Answer danger of level risk or distress. `also_answered`: what they wrote gets an answer of its own besides."""
    if danger.level == "risk":
        _risk(batch, at, person, danger)
    elif danger.level == "distress":
        _distress(batch, at, person, also_answered=also_answered)


def call_for_help(batch: Batch, at: Address, person: Person | None, danger: Danger) -> None:
    """For words that could not be decided: what danger asks for, or else a concern. The session is left alone."""
    if danger.level == "risk":
        _crisis_text(batch, at, person, danger)
        _call(batch, person, "wrote words of danger")
    elif person is not None:
        _concern(batch, person, "sent something that I could not read")


def _risk(batch: Batch, at: Address, person: Person | None, danger: Danger) -> None:
    _crisis_text(batch, at, person, danger)
    batch.note("danger.heard", person=person.id if person else None, level=danger.level, danger=danger.kind)
    if person is not None:
        interrupt(batch, person, "danger")
    _call(batch, person, "wrote words of danger")


def _call(batch: Batch, person: Person | None, reason: str) -> None:
    if person is None:
        for coordinator_id in batch.known.coordinators:
            notice(batch, batch.person(coordinator_id), people_wording.stranger_in_danger())
        return
    if person.stopped_at is not None:
        reason += ", and has stopped my texts: please phone"
    escalate(batch, person, "wellness-crisis" if _own_line(person) else "crisis", reason)


def _concern(batch: Batch, person: Person, reason: str) -> None:
    escalate(batch, person, "wellness" if _own_line(person) else "concern", reason)


def _crisis_text(batch: Batch, at: Address, person: Person | None, danger: Danger) -> None:
    team = batch.team_of(person) if person else None
    text = crisis_text(team.region if team else batch.house.region, danger.kind, batch.now)
    if person is not None:
        told_at = person.crisis_told_at
        if told_at is not None and batch.now - told_at < SAME_HOUR and danger.kind == "self":
            text = people_wording.crisis_again()
        person.crisis_told_at = batch.now
        batch.changed_person(person)
    crisis(batch, at, text, _id(person))


def _distress(batch: Batch, at: Address, person: Person | None, *, also_answered: bool) -> None:
    if person is None:
        return
    batch.note("danger.heard", person=person.id, level="distress")
    _concern(batch, person, "wrote words that may mean a hard time")
    if person.stopped_at is None and not also_answered:
        reply(batch, at, wording.distress())


def _own_line(person: Person) -> bool:
    """A peer worker's own wellness stays on the wellness line."""
    return person.has_role("peer_worker") and not person.has_role("service_user")


def _id(person: Person | None) -> UUID | None:
    return person.id if person else None
