"""★ What a flow may have done: one performer an action of `flows/actions.py` (a test compares the two lists)."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.conversation.matter import Batch
from bot.escalation.raising import escalate
from bot.people.joining import consent
from flows.effects import Do
from flows.errors import FlowRunError
from storage.records import Person, Session, Value

Performer = Callable[[Batch, Person, Session, Do], None]


def perform(batch: Batch, person: Person, session: Session, do: Do) -> None:
    """Perform one action in the transaction of the turn that asked for it.

    Raises:
        FlowRunError: there is no performer for it, which the flow's check rules out.
    """
    performer = PERFORMERS.get(do.action)
    if performer is None:
        raise FlowRunError("a flow asked for an action that nobody performs")
    performer(batch, person, session, do)


def _escalate(batch: Batch, person: Person, session: Session, do: Do) -> None:
    arguments = do.arguments
    policy = arguments["policy"]
    if policy not in batch.house.policies:
        raise FlowRunError("a flow names a policy that is not there")
    shared: dict[str, Value] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in do.shared.items()
    }
    escalate(batch, person, policy, arguments["reason"], shared=shared, severity=arguments.get("severity"))


def _record(batch: Batch, person: Person, session: Session, do: Do) -> None:
    """Done, and by whom; which items they were is kept as an HMAC only, as the answer itself is saved sealed."""
    items = do.shared.get(do.arguments.get("items", ""))
    count = len(items) if isinstance(items, tuple) else 0 if items is None else 1
    batch.note("wrap.done", person=person.id, personal=str(items), session=session.id, items=count)


def _consent(batch: Batch, person: Person, session: Session, do: Do) -> None:
    consent(batch, person, given=do.arguments["given"], text_version=do.arguments["text_version"], session=session)


PERFORMERS: Final[Mapping[str, Performer]] = {"escalate": _escalate, "record": _record, "consent": _consent}
