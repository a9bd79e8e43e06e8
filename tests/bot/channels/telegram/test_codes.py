"""What Telegram's refusals say."""

import pytest

from bot.channels.base import Refused
from bot.channels.telegram.codes import meaning_of


@pytest.mark.parametrize(
    ("status", "description", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Refused("blocked", "blocked")),
        (403, "Forbidden: user is deactivated", Refused("deactivated", "invalid")),
        (403, "Forbidden: bot can't initiate conversation with a user", Refused("never-wrote", "blocked")),
        (403, "Forbidden: bot can’t initiate  conversation with a user", Refused("never-wrote", "blocked")),
        (403, "Forbidden: bot was kicked from the supergroup chat", Refused("kicked", "blocked")),
        (400, "Chat not found", Refused("chat-not-found", "invalid")),
        (400, "Bad Request: chat not found", Refused("chat-not-found", "invalid")),
    ],
)
def test_a_known_refusal_becomes_a_fact(status: int, description: str, expected: Refused) -> None:
    assert meaning_of(status, description) == expected


def test_an_unknown_403_does_not_make_an_address_blocked() -> None:
    assert meaning_of(403, "Forbidden: something new") == Refused("403", "unreachable")


@pytest.mark.parametrize("words", ["message is too long", "can't parse entities", "message text is empty", ""])
def test_an_unknown_400_is_a_fault_of_ours(words: str) -> None:
    assert meaning_of(400, f"Bad Request: {words}") == Refused("400", "our_fault")
