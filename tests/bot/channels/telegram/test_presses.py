"""What buttons carry."""

from uuid import UUID

import pytest

from bot.channels.base import Press
from bot.channels.telegram.presses import press_data, read_press

ROW = UUID("0198f2c4-7a31-7c55-9a01-5d7b1f0a2c3d")


@pytest.mark.parametrize("place", [0, 9, 10, 999])
def test_a_button_is_read_back_as_it_was_written(place: int) -> None:
    assert read_press(press_data(ROW, place)) == Press(ROW, place)


def test_a_button_stays_within_64_bytes() -> None:
    assert len(press_data(ROW, 999).encode()) <= 64


@pytest.mark.parametrize(
    "carried",
    [None, 5, "", ROW.hex, f"{ROW.hex}:", f"{ROW.hex}:-1", f"{ROW.hex}:01", f"{ROW.hex}:1000", f"{ROW.hex}:1 ",
     f"{ROW.hex.upper()}:1", f"{ROW}:1", f"{ROW.hex}:١", f"{ROW.hex}:1\n", "menu:open"],
)  # fmt: skip
def test_what_no_button_of_ours_carries_is_no_press(carried: object) -> None:
    assert read_press(carried) is None
