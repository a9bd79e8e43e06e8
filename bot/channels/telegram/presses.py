"""What a button carries back: the outbox row it hangs on and the option's place. Pure.

`callback_data` is 1 to 64 bytes (Bot API, InlineKeyboardButton); ours is `<32 hex digits>:<place from 0>`, 36 at most.
"""

import re
from uuid import UUID

from bot.channels.base import Press

_FORM = re.compile(r"([0-9a-f]{32}):(0|[1-9][0-9]{0,2})", re.ASCII)


def press_data(message_id: UUID, place: int) -> str:
    """What the button for the option at `place` carries."""
    return f"{message_id.hex}:{place}"


def read_press(carried: object) -> Press | None:
    """The button that was pressed; None for anything that no button of ours carries."""
    found = _FORM.fullmatch(carried) if isinstance(carried, str) else None
    if found is None:
        return None
    return Press(message_id=UUID(hex=found[1]), option=int(found[2]))
