"""★ WRAP opens the daily list, WRAP ADD puts something on it. The words are the person's, and
nothing is said of what they did not do.

While a question is open, the list is only shown: the question waits, and ticking off comes after it.
"""

from typing import Final

from bot.conversation.matter import Batch
from bot.conversation.speaking import reply
from bot.conversation.talking import begin, there
from bot.wrap import wording
from storage.records import Address, Person, WrapItem

DAILY: Final = "daily"
FLOW: Final = "wrap-daily"
"""The flow that WRAP begins."""
MOST: Final = 20
"""Items on a list: what can still be read in a text and told apart by number."""
LONGEST: Final = 120
"""Characters of an item."""


def wrap_said(batch: Batch, at: Address, person: Person, words: str) -> None:
    """WRAP, or WRAP ADD with `words`."""
    session = batch.known.sessions.get(person.id)
    if session is not None:
        there(batch, session)
    if words:
        _add(batch, at, person, words)
        return
    if session is not None and session.state == "open" and session.asking:
        reply(batch, at, wording.shown([one.text for one in daily(batch, person)]))
        return
    flow = batch.house.shelf.current(FLOW)
    if flow is None:
        reply(batch, at, wording.shown([one.text for one in daily(batch, person)]))
        return
    begin(batch, person, at, flow, send_class="reply")


def daily(batch: Batch, person: Person) -> list[WrapItem]:
    """What is on the person's daily list now."""
    return [one for one in batch.known.wrap.get(person.id, []) if one.section == DAILY]


def _add(batch: Batch, at: Address, person: Person, words: str) -> None:
    text = " ".join(words.split())
    present = daily(batch, person)
    if len(text) > LONGEST:
        reply(batch, at, wording.too_long(LONGEST))
    elif any(one.text.casefold() == text.casefold() for one in present):
        reply(batch, at, wording.there_already())
    elif len(present) >= MOST:
        reply(batch, at, wording.full(MOST))
    else:
        item = WrapItem(batch.new_id(), person.id, DAILY, _next_place(present), text, batch.now)
        batch.known.wrap.setdefault(person.id, []).append(item)
        batch.changes.wrap_items.append(item)
        batch.note("wrap.added", person=person.id, item=item.id, section=DAILY)
        reply(batch, at, wording.added(len(present) + 1))


def _next_place(present: list[WrapItem]) -> int:
    return max((one.place for one in present), default=-1) + 1
