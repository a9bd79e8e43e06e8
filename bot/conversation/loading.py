"""The load step: the people concerned are locked in id order, then everything a decision needs is fetched, set by set."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from bot.channels.base import Incoming, Unreadable
from bot.conversation.events import CameIn, Event, FellDue, NotDelivered, Ordered, RanOut
from bot.conversation.matter import House, Known
from bot.conversation.seeing import with_called
from bot.escalation.policy import PERSON
from bot.escalation.replies import read_answer
from bot.people.joining import WELCOME
from bot.safety.words import global_word
from flows.model import Flow
from storage import escalations, inbox, outbox, people, schedules, sessions, wrap
from storage.claims import lock_rows
from storage.errors import ConflictError
from storage.keys import Keys
from storage.records import Address, Invitation
from storage.tables import addresses as addresses_table
from storage.tables import people as people_table
from storage.viewing import System

VIEWER: Final = System("deciding what came in and what fell due")


@dataclass(slots=True)
class Loaded:
    """What was fetched, the events that are news, and the address each thing came from."""

    known: Known
    events: list[Event]
    came_from: dict[int, Address] = field(default_factory=dict[int, Address])  # by place in `events`


@dataclass(slots=True)
class _Senders:
    events: list[Event]
    addresses: dict[tuple[str, bytes], Address]
    codes: dict[str, bytes]


def load(
    connection: Connection,
    keys: Keys,
    house: House,
    events: Sequence[Event],
    now: datetime,
    new_id: Callable[[], UUID],
) -> Loaded:
    """Lock and fetch. An event seen before, or that concerns nobody any more, is left out."""
    senders = _senders(connection, keys, events, now, new_id)
    known = Known()
    known.invitations = _invitations(connection, senders)
    concerned = _concerned(connection, keys, senders, known)
    lock_rows(connection, people_table, concerned)
    known.invitations = _invitations(connection, senders)  # again under the lock: a code opens once
    _lock_strangers(connection, keys, senders)
    senders.events = _news(connection, senders.events)
    _fetch(connection, keys, house, known, concerned, senders.events, now)
    loaded = Loaded(known, senders.events)
    owned = {(one.account, one.value): one for person in known.people.values() for one in person.addresses}
    strangers = {(one.account, one.value): one for one in senders.addresses.values()}
    for place, event in enumerate(senders.events):
        if isinstance(event, CameIn) and event.item.sender:
            where = (event.item.account, event.item.sender)
            loaded.came_from[place] = owned.get(where) or strangers[where]
    return loaded


def _senders(
    connection: Connection, keys: Keys, events: Sequence[Event], now: datetime, new_id: Callable[[], UUID]
) -> _Senders:
    """Find or make the address that each thing came from."""
    wanted = {
        (event.item.account, people.address_hash(keys, event.item.account, event.item.sender)): event.item
        for event in events
        if isinstance(event, CameIn) and event.item.sender
    }
    found = people.addresses_by_hash(connection, keys, VIEWER, list(wanted))
    missing = [
        Address(new_id(), item.account, "", item.sender, None, 0) for name, item in wanted.items() if name not in found
    ]
    if missing:
        inbox.new_addresses(connection, keys, missing, now)
        found = people.addresses_by_hash(connection, keys, VIEWER, list(wanted))
    for name, address in found.items():
        address.value = wanted[name].sender  # it was found by it; what is sealed may be damaged
    codes: dict[str, bytes] = {}
    for event in events:
        word = global_word(event.item.text) if isinstance(event, CameIn) and isinstance(event.item, Incoming) else None
        if word is not None and word.code:
            codes[word.code] = invitation_hash(keys, word.code)
    return _Senders(list(events), found, codes)


def _news(connection: Connection, events: Sequence[Event]) -> list[Event]:
    """Without what was seen before. Asked under the lock, since a repeat may be in another process's hands just now."""
    items = [event.item for event in events if isinstance(event, CameIn)]
    seen = inbox.seen_before(connection, {(one.account, one.provider_id) for one in items})
    news: list[Event] = []
    for event in events:
        if isinstance(event, CameIn):
            name = (event.item.account, event.item.provider_id)
            if name in seen:
                continue
            seen.add(name)
        news.append(event)
    return news


def _invitations(connection: Connection, senders: _Senders) -> dict[str, Invitation]:
    found = people.invitations_by_hash(connection, list(senders.codes.values()))
    return {code: found[value] for code, value in senders.codes.items() if value in found}


def _lock_strangers(connection: Connection, keys: Keys, senders: _Senders) -> None:
    """Addresses that are nobody's are locked and read again: one answer a day, and nobody joins twice by one phone.

    Raises:
        ConflictError: one has become somebody's meanwhile, who is not locked; the batch is loaded again.
    """
    names = {address.id: name for name, address in senders.addresses.items() if address.person_id is None}
    lock_rows(connection, addresses_table, set(names))
    for address in people.addresses_by_id(connection, keys, VIEWER, list(names)).values():
        if address.person_id is not None:
            raise ConflictError("an address became somebody's meanwhile")
        senders.addresses[names[address.id]] = address


def invitation_hash(keys: Keys, code: str) -> bytes:
    """The keyed hash under which an invitation's code is looked up; letters count in any case."""
    return keys.keyring.lookup_hash("invitation", code.upper())


def _concerned(connection: Connection, keys: Keys, senders: _Senders, known: Known) -> set[UUID]:
    """Everybody whose state may change: who wrote, whom an invitation is for, whom an alert answer is about, whose
    schedule, session, escalation or message it is."""
    wrote = {one.person_id for one in senders.addresses.values() if one.person_id is not None}
    concerned = wrote | {one.person_id for one in known.invitations.values()}
    for event in senders.events:
        if not isinstance(event, CameIn):
            concerned.add(event.person_id)
    answering = {
        address.person_id
        for event in senders.events
        if isinstance(event, CameIn) and _may_answer_alert(event.item)
        for address in senders.addresses.values()
        if address.person_id is not None and (address.account, address.value) == (event.item.account, event.item.sender)
    }
    messages = [event.message_id for event in senders.events if isinstance(event, NotDelivered)]
    for message in outbox.messages_by_id(connection, keys, VIEWER, messages).values():
        concerned |= {one for one in (message.about_id, message.person_id) if one is not None}
    concerned |= {one.about_id for one in escalations.load_standing(connection, responders=answering)}
    return concerned


def _may_answer_alert(item: Incoming | Unreadable) -> bool:
    """An answer, or what makes everything that waits for them go to others: STOP, or blocking the bot."""
    if not isinstance(item, Incoming):
        return False
    word = global_word(item.text, over_carrier=True)
    leaves = item.kind == "blocked" or item.carrier_word == "STOP" or (word is not None and word.name == "STOP")
    return leaves or item.press is not None or read_answer(item.text) is not None


def _fetch(
    connection: Connection,
    keys: Keys,
    house: House,
    known: Known,
    concerned: set[UUID],
    events: Sequence[Event],
    now: datetime,
) -> None:
    known.people = people.load_people(connection, keys, VIEWER, concerned)
    _fetch_escalations(connection, keys, known, concerned, events, now)
    ordering = {event.responder_id for event in events if isinstance(event, Ordered)}
    _fetch_those_behind(connection, keys, house, known, concerned, ordering)
    _fetch_conversations(connection, keys, house, known, concerned, events)
    pressed = {
        event.item.press.message_id
        for event in events
        if isinstance(event, CameIn) and isinstance(event.item, Incoming) and event.item.press
    }
    known.pressed = outbox.messages_by_id(connection, keys, VIEWER, pressed)
    failed = {event.message_id for event in events if isinstance(event, NotDelivered)}
    known.failed = outbox.messages_by_id(connection, keys, VIEWER, failed)
    known.alerts = escalations.alerts_by_id(connection, [m.alert_id for m in known.failed.values() if m.alert_id])


def _fetch_escalations(
    connection: Connection, keys: Keys, known: Known, concerned: set[UUID], events: Sequence[Event], now: datetime
) -> None:
    known.standing = escalations.load_standing(connection, responders=concerned, about=concerned)
    known.escalations = escalations.load_escalations(connection, keys, VIEWER, concerned)
    ordered = {event.escalation_id for event in events if isinstance(event, Ordered)}
    missing = ({one.escalation_id for one in known.standing} | ordered) - known.escalations.keys()
    known.escalations |= escalations.escalations_by_id(connection, keys, VIEWER, missing)
    for given in escalations.codes_in_use(connection, concerned, now):
        known.codes.setdefault(given.responder_id, {})[given.code] = given.escalation_id


def _fetch_those_behind(
    connection: Connection, keys: Keys, house: House, known: Known, concerned: Collection[UUID], also: set[UUID]
) -> None:
    """Teams, supporters, coordinators, and everybody who was told or may be told."""
    known.support = people.load_support(connection, concerned)
    team_ids = {role.team_id for person in known.people.values() for role in person.roles}
    team_ids |= {one.team_id for one in known.escalations.values()}
    known.teams = people.load_teams(connection, keys, VIEWER, team_ids)
    named = {
        one.removeprefix(PERSON)
        for policy in house.policies.values()
        for level in policy.levels
        for one in level.tell
        if one.startswith(PERSON)
    }
    known.by_key = people.people_by_key(connection, named)
    known.coordinators = people.coordinators_of_all(connection)
    behind = {*known.by_key.values(), *known.coordinators, *also}
    for team in known.teams.values():
        behind |= {*team.supervisors, *team.coordinators}
    for support in known.support.values():
        behind |= support.everyone
    for one in known.standing:
        behind |= {one.about_id, one.responder_id}
    for one in known.escalations.values():
        behind |= {one.person_id} | ({one.taken_by} if one.taken_by else set())
    known.people |= people.load_people(connection, keys, VIEWER, behind - known.people.keys())


def _fetch_conversations(
    connection: Connection,
    keys: Keys,
    house: House,
    known: Known,
    concerned: Collection[UUID],
    events: Sequence[Event],
) -> None:
    known.sessions = sessions.load_sessions(connection, keys, VIEWER, concerned)
    known.schedules = schedules.load_schedules(connection, concerned)
    ids = {one.id for one in known.sessions.values()}
    known.occurrences = schedules.occurrences_of_sessions(connection, ids)
    known.answered = sessions.sessions_answered(connection, ids)
    if any(isinstance(event, FellDue | RanOut) for event in events):
        known.question_states = outbox.question_states(connection, ids)
    flows = _flows(house, known, events)
    if any("caseload" in flow.needs.values for flow in flows):
        known.caseloads = people.count_caseloads(connection, concerned)
    if any(name.startswith("wrap.") for flow in flows for name in flow.needs.values) or _asks_for_wrap(events):
        known.wrap = wrap.load_items(connection, keys, VIEWER, concerned)
    names = {(flow.id, name) for flow in flows for name in (*flow.needs.last, *flow.needs.windows)}
    known.history = sessions.load_history(connection, keys, VIEWER, concerned, names)
    if any(_may_begin(event) for event in events):
        known.session_counts = sessions.count_sessions(connection, concerned)


def _may_begin(event: Event) -> bool:
    """Whether a session may begin by it: its wording goes round with the number of those before."""
    if isinstance(event, CameIn):
        return isinstance(event.item, Incoming) and global_word(event.item.text) is not None
    return isinstance(event, FellDue)


def _asks_for_wrap(events: Sequence[Event]) -> bool:
    words = (
        global_word(event.item.text)
        for event in events
        if isinstance(event, CameIn) and isinstance(event.item, Incoming)
    )
    return any(word is not None and word.name == "WRAP" for word in words)


def _flows(house: House, known: Known, events: Sequence[Event]) -> list[Flow]:
    """The flows that may run in this batch: of the sessions, of the schedules that fell due, and `welcome`."""
    due = {event.schedule_id for event in events if isinstance(event, FellDue)}
    beginning = {one.flow for rows in known.schedules.values() for one in rows if one.id in due} | {WELCOME}
    found = [house.shelf.current(name) for name in beginning]
    found += [house.shelf.version(one.flow, one.version) for one in known.sessions.values()]
    return [one for flow in found if flow is not None for one in with_called(house.shelf, flow)]
