"""★ HELP, INFO, TALK, URGENT and WRAP: they always work, whatever is going on."""

from zoneinfo import ZoneInfo

from bot.conversation.matter import Batch
from bot.conversation.seeing import next_seen
from bot.conversation.speaking import reply
from bot.conversation.talking import there
from bot.escalation import wording
from bot.escalation.raising import escalate
from bot.safety.crisis import crisis_contacts_line
from bot.safety.words import Word
from bot.wrap.listing import wrap_said
from storage.records import Address, Person, Support


def global_word_said(batch: Batch, at: Address, person: Person | None, word: Word, *, silent: bool) -> None:
    """Act on the word. `silent`: the person said STOP, so a person is asked for and nothing is answered."""
    team = batch.team_of(person) if person else None
    contacts = crisis_contacts_line(team.region if team else batch.house.region, batch.now)
    session = batch.known.sessions.get(person.id) if person else None
    if session is not None:
        there(batch, session)
    name = team.name if team else "the team"
    if person is None or word.name in ("HELP", "INFO"):
        if not silent:
            reply(batch, at, contacts if person is None else wording.help_(contacts, name))
        return
    seen = next_seen(batch, team, ZoneInfo(person.zone)) if team else ""
    if word.name == "TALK":
        escalate(batch, person, _line_for(batch, person, "concern"), "asked to talk to a person")
        if not silent:
            reply(batch, at, wording.talk(name, seen))
    elif word.name == "URGENT":
        policy = _line_for(batch, person, "urgent")
        escalate(batch, person, policy, "asked for a person urgently", severity="urgent")
        if not silent:
            reply(batch, at, wording.urgent(contacts, name, seen))
    elif word.name == "WRAP" and not silent:
        if person.consented is True:
            wrap_said(batch, at, person, word.rest)
        else:
            reply(batch, at, wording.not_joined())


def _line_for(batch: Batch, person: Person, policy: str) -> str:
    """A peer worker's own call goes along their wellness line, where they have one; else to the team."""
    support = batch.known.support.get(person.id, Support())
    own = person.has_role("peer_worker") and not person.has_role("service_user")
    return "wellness" if own and (support.wellness or support.deputy) else policy
