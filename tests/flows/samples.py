"""Small flows and contexts that the tests of this room share."""

from datetime import UTC, datetime

from flows import Begin, Context, Event, Flow, Session, Turn, advance, load_text

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONTEXT = Context(
    {
        "person": {"first_name": "Isla"},
        "team": {"name": "Leith team", "next_seen": "The team is next in on Monday at 9am."},
        "missed": 0,
    },
    at=NOW,
)

TOP = """
id = "sample"
version = 1
title = "A sample"
audience = "service_user"
language = "en-GB"
[reply]
within = "6h"
nudges = ["1h", "2h"]
attempts = 2
"""

MOOD = """
[[steps]]
id = "mood"
ask = "Hi {{ person.first_name }}. How is today, 0 to 10?"
answer = { type = "scale", save = "mood" }
next = [{ when = "mood <= 2", to = "low" }, { to = "bye" }]
[[steps]]
id = "low"
do = [{ action = "escalate", policy = "concern", reason = "low answer", share = ["mood"] }]
say = "I am telling {{ team.name }}."
next = "bye"
[[steps]]
id = "bye"
say = "Take care."
end = true
"""


def sample(steps: str = MOOD, top: str = TOP) -> Flow:
    """A flow made of these steps."""
    return load_text(top + steps, "sample.toml")


def play(flow: Flow, *events: Event, context: Context = CONTEXT) -> Turn:
    """Begin and these events, each on the session as it would be read back from storage; the last turn."""
    turn = advance(flow, Session.new(flow), Begin(), context)
    for event in events:
        turn = advance(flow, Session.from_json(turn.session.to_json()), event, context)
    return turn


def said(turn: Turn) -> list[str]:
    """The words of a turn."""
    return [effect.text for effect in turn.effects if hasattr(effect, "text")]
