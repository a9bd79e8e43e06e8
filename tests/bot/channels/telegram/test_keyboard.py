"""How buttons lie."""

from uuid import UUID

import pytest

from bot.channels.base import Option, Shape
from bot.channels.telegram.keyboard import keyboard, row_widths
from bot.channels.telegram.presses import press_data

ROW = UUID("0198f2c4-7a31-7c55-9a01-5d7b1f0a2c3d")


@pytest.mark.parametrize(
    ("texts", "shape", "widths"),
    [
        ([str(n) for n in range(1, 6)], "scale", [5]),
        ([str(n) for n in range(11)], "scale", [4, 4, 3]),
        ([str(n) for n in range(1, 11)], "scale", [5, 5]),
        (["Yes", "No"], "yes_no", [2]),
        (["A walk", "A bath", "A chat"], "choice", [1, 1, 1]),
        (["A walk", "A bath", "A chat", "A nap", "Tea"], "choice", [2, 2, 1]),
        (["I would like someone to phone me", "No", "Maybe", "Later"], "choice", [1, 1, 1, 1]),
        ([], "scale", []),
    ],
)
def test_rows_fit_a_phone(texts: list[str], shape: Shape, widths: list[int]) -> None:
    assert row_widths(tuple(texts), shape) == widths


def test_buttons_keep_the_order_of_the_options_and_carry_their_place() -> None:
    options = tuple(Option(str(n), f"{n}!") for n in range(11))
    made = keyboard(ROW, options, "scale")
    assert made is not None
    flat = [(button.text, button.callback_data) for row in made.inline_keyboard for button in row]
    assert flat == [(f"{n}!", press_data(ROW, n)) for n in range(11)]


def test_without_options_there_are_no_buttons() -> None:
    assert keyboard(ROW, (), "plain") is None
