"""How options lie under a message as buttons. Pure but for python-telegram-bot's own types."""

from itertools import islice
from uuid import UUID

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.base import Option, Shape
from bot.channels.telegram.presses import press_data

SCALE_WIDTH = 5
SHORT = 12  # characters that still fit twice across a small phone


def row_widths(texts: tuple[str, ...], shape: Shape) -> list[int]:
    """How many buttons each row has: scales in even rows of up to five, yes and no side by side, choices in a column.

    Example: 0 to 10 lies as 4, 4, 3. Choices lie two by two when there are more than three and all are short.
    """
    count = len(texts)
    if shape == "scale":
        rows = -(-count // SCALE_WIDTH)
        return [count // rows + (place < count % rows) for place in range(rows)] if rows else []
    if all(len(text) <= SHORT for text in texts) and (shape == "yes_no" or count == 2 or count > 3):
        return [2] * (count // 2) + [1] * (count % 2)
    return [1] * count


def keyboard(message_id: UUID, options: tuple[Option, ...], shape: Shape) -> InlineKeyboardMarkup | None:
    """The buttons for `options`; None where there are none."""
    if not options:
        return None
    buttons = iter(
        [
            InlineKeyboardButton(option.text, callback_data=press_data(message_id, place))
            for place, option in enumerate(options)
        ]
    )
    widths = row_widths(tuple(option.text for option in options), shape)
    return InlineKeyboardMarkup([list(islice(buttons, width)) for width in widths])
