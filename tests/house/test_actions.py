"""What a flow may ask for, somebody does."""

from bot.conversation.performing import PERFORMERS
from flows.actions import ACTIONS


def test_every_action_has_a_performer_and_every_performer_an_action():
    assert set(PERFORMERS) == set(ACTIONS)
