"""The page in a real Chromium, by keyboard: every scene to its end, both widths, both themes.

Not every scene at every width and theme, for time: each width and each theme has its scenes, and axe looks at both themes.
"""

import os
import random
import string
from collections.abc import Callable, Iterator
from itertools import pairwise

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.bot.demo.browsing import LIMIT, NARROW, NONE, WIDE, NoBrowserError, Visitor, chromium, found, opened
from tests.bot.demo.test_author import written
from tests.bot.demo.test_process import running

pytestmark = pytest.mark.browser
if found() is None and not os.environ.get("CI"):
    pytest.skip(NONE, allow_module_level=True)  # one line, not one a test


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of these; without one they are skipped, and fail where CI is set."""
    try:
        with chromium() as one:
            yield one
    except NoBrowserError as fault:
        if os.environ.get("CI"):
            pytest.fail(str(fault))
        pytest.skip(
            str(fault)
        )  # one that is there and does not start counts as none; where CI is set it has failed above


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`blether demo`, running."""
    with running(tmp_path_factory.mktemp("demo"), "--port", "0") as (_, at):
        yield at


def ordinary_week(at: Visitor) -> None:
    at.next(until="09:30")
    at.reads("Isla", "How is today")
    at.types("Isla", "7")
    at.presses("Callum", "9")
    at.next(until="19:00")
    at.reads("Isla", "Your list is ready. Text WRAP.")
    at.types("Isla", "WRAP")
    at.reads("Isla", "Ring Catriona")
    at.types("Isla", "1 and 3")
    at.sees("#story", "Isla ticked 2 things on their own list.")
    at.activates('[data-rate="600"]')
    at.sees("#day", "Wednesday")
    at.activates('[data-rate="0"]')
    at.sees("#going", "paused")


def hard_day(at: Visitor) -> None:
    at.types("Isla", "2")
    at.sees("#ladders", "Isla: needs a person")
    at.presses("Morag", "I'll take it")
    at.sees("#ladders", "Morag has it.")
    at.reads("Morag", "Thank you. You have")
    at.types("Morag", f"done {at.code('Morag')} spoke with her")
    at.sees("#ladders", "Nobody at the moment")


def nobody_answers(at: Visitor) -> None:
    at.sees("#ladders", "in 15:00")
    at.next(until="09:45")
    at.sees("#story", "Told Ewan because Morag did not answer in 15 minutes.")
    at.sees("#ladders .here", "a named supervisor")
    at.next(until="11:15")
    at.sees("#ladders .here", "everybody on call")
    at.reads("Isla", "nobody has answered yet")


def supervisor_away(at: Visitor) -> None:
    at.types("Isla", "TALK")
    at.sees("#story", "Told Ewan because no text reaches Morag.")
    at.reads("Ewan", "needs a person")
    at.types("Ewan", "1")
    at.sees("#ladders", "Ewan has it.")


def lost_text(at: Visitor) -> None:
    at.next(until="09:30")
    at.sees("#story", "The question to Isla did not arrive")
    at.reads("Morag", "please phone")
    expect(at.bubbles("Isla")).to_have_count(0)
    at.types("Morag", "1")
    at.sees("#ladders", "Morag has it.")


def danger(at: Visitor) -> None:
    at.types("Isla", "I want to end my life")
    at.reads("Isla", "999")
    at.sees("#story", "Told Ewan and Morag, who come first on the ladder.")
    at.types("Ewan", "1")
    at.sees("#ladders", "Ewan has it.")


def stop(at: Visitor) -> None:
    at.types("Callum", "STOP")
    at.sees("#story", "Callum said STOP")
    at.types("Callum", "START")
    at.reads("Callum", "Welcome back")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    ("scene", "play"),
    [
        ("ordinary-week", ordinary_week),
        ("hard-day", hard_day),
        ("nobody-answers", nobody_answers),
        ("supervisor-away", supervisor_away),
        ("lost-text", lost_text),
        ("danger", danger),
        ("stop", stop),
    ],
)
def test_a_scene_is_played_to_its_end(browser, address, scene, play: Callable[[Visitor], None], size, theme):
    with opened(browser, address, size, theme) as visitor:
        visitor.plays(scene)
        play(visitor)


def test_invented_words_are_answered_by_the_real_bot(browser, address):
    chance = random.Random()
    words = " ".join("".join(chance.choices(string.ascii_lowercase, k=chance.randint(6, 11))) for _ in range(5))
    with opened(browser, address) as visitor:
        visitor.plays("hard-day")
        visitor.types("Isla", words)
        visitor.reads("Isla", "0")
        expect(visitor.bubbles("Isla")).to_have_count(2)
        assert httpx.get(f"{address}/demo/state", timeout=30).json()["phones"]["Isla"][1]["text"] == words


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")])
def test_axe_finds_nothing(browser, address, size, theme):
    with opened(browser, address, size, theme) as visitor:
        expect(visitor.page.locator("#tour")).to_be_visible()
        visitor.plays("nobody-answers")
        visitor.sees("#ladders", "Isla: needs a person")
        visitor.activates("#phone-Rhona .peeks")
        result = Axe().run(visitor.page)
        assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_everything_is_reached_with_tab_in_order_and_nothing_runs_over_the_edge(browser, address, size):
    with opened(browser, address, size) as visitor:
        reached: list[str] = []
        for _ in range(80):
            visitor.page.keyboard.press("Tab")
            here = visitor.page.evaluate("document.activeElement.id || document.activeElement.dataset.scene || ''")
            if here:
                reached.append(here)
        wanted = ["tour-next", "ordinary-week", "stop", "jump", "reset", "next", "ladders", "story"]
        wanted += [f"box-{name}" for name in ("Isla", "Callum", "Rhona", "Morag", "Ewan")]
        places = [reached.index(one) for one in wanted]
        assert all(one < other for one, other in pairwise(places)), reached
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_tour_has_five_steps_and_stays_closed(browser, address):
    with opened(browser, address) as visitor:
        for step in range(1, 6):
            visitor.sees("#tour-place", f"{step} of 5")
            visitor.activates("#tour-next")
        expect(visitor.page.locator("#tour")).to_be_hidden()
        visitor.page.reload(wait_until="domcontentloaded")
        visitor.connected()
        expect(visitor.page.locator("#tour")).to_be_hidden()
        visitor.activates("#tour-open")
        visitor.sees("#tour-place", "1 of 5")


def test_a_lock_screen_shows_the_sender_and_a_few_words(browser, address):
    with opened(browser, address) as visitor:
        visitor.plays("hard-day")
        visitor.activates("#phone-Isla .peeks")
        visitor.sees("#phone-Isla .sender", "+44 7700 900100")
        peek = visitor.page.locator("#phone-Isla .peek").inner_text()
        assert peek.endswith("\u2026")
        assert len(peek) <= 61
        expect(visitor.page.locator("#box-Isla")).to_be_hidden()


def test_a_phone_that_is_off_says_that_nothing_was_sent(browser, address):
    with opened(browser, address) as visitor:
        visitor.plays("hard-day")
        visitor.page.locator("#phone-Isla select").focus()
        visitor.page.keyboard.press("ArrowDown")
        expect(visitor.page.locator("#phone-Isla")).to_have_attribute("data-condition", "off", timeout=LIMIT)
        visitor.types("Isla", "2")
        visitor.sees("#phone-Isla .wrong", "Not sent: Isla's phone is off.")
        visitor.sees("#phone-Isla .unsent", "not sent")


def test_a_second_browser_shows_the_same(browser, address):
    with opened(browser, address) as one, opened(browser, address, NARROW) as other:
        one.plays("stop")
        expect(other.page.locator('[data-scene="stop"]')).to_have_attribute("aria-pressed", "true", timeout=LIMIT)
        other.types("Callum", "8")
        one.reads("Callum", "Callum")
        expect(one.bubbles("Callum", "person")).to_have_text(["8"])


def test_a_server_that_is_gone_is_said_and_one_that_comes_back_shows_the_true_state(browser, tmp_path):
    with running(tmp_path, "--port", "0") as (process, address), opened(browser, address) as visitor:
        visitor.plays("hard-day")
        visitor.reads("Isla", "How is today")
        process.kill()
        process.wait(30)
        visitor.sees("#trouble", "Not connected")
        with running(tmp_path, "--port", address.rpartition(":")[2]) as (_, again):
            assert again == address
            visitor.sees("#trouble", "The demo was started again.")
            expect(visitor.bubbles("Isla")).to_have_count(0)
            expect(visitor.page.locator("#now")).to_have_text("09:29")


def test_a_browser_that_slept_sees_how_things_stand(browser, address):
    with opened(browser, address) as visitor:
        visitor.plays("hard-day")
        visitor.page.context.set_offline(offline=True)
        httpx.post(f"{address}/demo/phones/Isla", json={"text": "2"}, timeout=30)
        visitor.page.context.set_offline(offline=False)
        visitor.sees("#ladders", "Isla: needs a person")


def test_what_is_wrong_with_a_flow_file_stands_on_the_page(browser, tmp_path):
    file = tmp_path / "sleep.toml"
    file.write_text(written("How did you sleep?"))
    with running(tmp_path, "--port", "0", "--flow", str(file)) as (_, address), opened(browser, address) as visitor:
        visitor.reads("Isla", "Morning Isla. How did you sleep?")
        visitor.sees("#flow-words", "sleep.toml is fit to run.")
        file.write_text(written("How did {{ nobody }} sleep?"))
        visitor.sees("#flow-problems", "F016")
        visitor.sees("#flow-words", "Running: How did you sleep, version 1.")
        visitor.reads("Isla", "Morning Isla. How did you sleep?")
        assert Axe().run(visitor.page).violations_count == 0
        file.write_text(written("Any better?"))
        visitor.reads("Isla", "Morning Isla. Any better?")
        expect(visitor.page.locator("#flow-problems")).to_have_text("")
