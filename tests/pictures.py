"""Pictures of the demo's scenes for `docs/pictures/`: `python -m tests.pictures [FOLDER]`, with a Chromium on the PATH.

Each scene is played as a visitor would, by the real bot, and photographed where it tells most. Codes and dates are those
of the day.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.bot.demo.browsing import NARROW, WIDE, Visitor, chromium, opened
from tests.bot.demo.test_process import running
from tests.pictures_palette import small

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
LARGEST = 150_000
"""Bytes of one picture."""


def ordinary_week(at: Visitor) -> None:
    at.next(until="09:30")
    at.types("Isla", "7")
    at.presses("Callum", "9")
    at.next(until="09:45")
    at.types("Rhona", "8")
    at.next(until="19:00")
    at.types("Isla", "WRAP")
    at.reads("Isla", "Ring Catriona")
    at.types("Isla", "1 and 3")
    at.sees("#story", "Isla ticked 2 things")


def hard_day(at: Visitor) -> None:
    at.types("Isla", "2")
    at.sees("#ladders", "Isla: needs a person")
    at.next(until="09:45")
    at.types("Ewan", "1")
    at.sees("#ladders", "Ewan has it.")


def nobody_answers(at: Visitor) -> None:
    at.next(until="10:15")
    at.sees("#ladders .here", "everybody on call")


def supervisor_away(at: Visitor) -> None:
    at.types("Isla", "TALK")
    at.reads("Ewan", "needs a person")


def lost_text(at: Visitor) -> None:
    at.next(until="09:30")
    at.reads("Morag", "please phone")


def danger(at: Visitor) -> None:
    at.types("Isla", "I want to end my life")
    at.reads("Ewan", "needs a person")
    at.activates("#phone-Callum .peeks")


def stop(at: Visitor) -> None:
    at.types("Callum", "STOP")
    at.sees("#story", "Callum said STOP")


PICTURES: tuple[tuple[str, str, Callable[[Visitor], None], tuple[int, int], str], ...] = (
    ("ordinary-week", "ordinary-week", ordinary_week, WIDE, "light"),
    ("hard-day", "hard-day", hard_day, WIDE, "light"),
    ("nobody-answers", "nobody-answers", nobody_answers, WIDE, "dark"),
    ("supervisor-away", "supervisor-away", supervisor_away, WIDE, "light"),
    ("lost-text", "lost-text", lost_text, WIDE, "light"),
    ("danger", "danger", danger, WIDE, "dark"),
    ("stop", "stop", stop, WIDE, "light"),
    ("narrow", "hard-day", hard_day, NARROW, "light"),
)


def take(folder: Path) -> list[str]:
    """Take them all; what is too large is named."""
    folder.mkdir(parents=True, exist_ok=True)
    too_large: list[str] = []
    with (
        tempfile.TemporaryDirectory() as away,
        running(Path(away), "--port", "0") as (_, address),
        chromium() as browser,
    ):
        for name, scene, play, size, theme in PICTURES:
            with opened(browser, address, size, theme) as visitor:
                visitor.activates("#tour-close")
                visitor.plays(scene)
                play(visitor)
                expect(visitor.page.locator(".busy")).to_have_count(0)
                visitor.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
                if size == NARROW:
                    visitor.page.locator("nav").scroll_into_view_if_needed()
                    visitor.page.evaluate("document.querySelector('nav').scrollIntoView()")
                file = folder / f"{name}.png"
                file.write_bytes(small(visitor.page.screenshot()))
                if file.stat().st_size > LARGEST:
                    too_large.append(file.name)
    return too_large


if __name__ == "__main__":
    if too_large := take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        sys.exit(f"larger than {LARGEST} bytes: {', '.join(too_large)}")
