"""A message as a text message shows it. Pure."""

from bot.channels.base import Outgoing
from flows.model import Option
from flows.wording import numbered


def as_text_message(message: Outgoing) -> str:
    """The text with its options in it, the way `flows` words them for SMS: `1 A walk` a line."""
    options = [Option(option.id, option.text) for option in message.options]
    return numbered(message.text, options, message.shape)
