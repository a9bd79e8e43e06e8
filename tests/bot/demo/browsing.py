"""A real Chromium for tests and pictures, and somebody at its keyboard."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-lcd-text"]
LIMIT = 15_000  # milliseconds; generous for a busy machine
WIDE, NARROW = (1440, 900), (360, 740)


class NoBrowserError(Exception):
    """No Chromium was found, or it does not start."""


NONE = "no Chromium: set BLETHER_TEST_CHROMIUM, or put `chromium` on the PATH"


def found() -> str | None:
    """The one that BLETHER_TEST_CHROMIUM names, else `chromium` on the PATH."""
    return os.environ.get("BLETHER_TEST_CHROMIUM") or shutil.which("chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for as long as this lasts.

    Raises:
        NoBrowserError: there is none that starts.
    """
    path = found()
    if path is None:
        raise NoBrowserError(NONE)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as fault:
            raise NoBrowserError(f"{path} does not start") from fault
        with browser:
            yield browser


@contextmanager
def opened(browser: Browser, address: str, size: tuple[int, int] = WIDE, theme: str = "light") -> Iterator["Visitor"]:
    """Somebody who has just opened the page in a browser that knows nothing of it; scripts that fail fail the test."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",  # what is looked at has come to rest
    )
    context.set_default_timeout(LIMIT)
    with context:
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(address, wait_until="domcontentloaded")
        visitor = Visitor(page)
        visitor.connected()
        yield visitor
        assert faults == []


@dataclass(slots=True)
class Visitor:
    """Moves by keyboard only, once the wanted control has the focus."""

    page: Page

    def connected(self) -> None:
        expect(self.page.locator("#now")).not_to_have_text("--:--", timeout=LIMIT)

    def activates(self, selector: str) -> None:
        self.page.locator(selector).focus()
        self.page.keyboard.press("Enter")

    def plays(self, scene: str) -> None:
        """Choose a scene; the page shows it once it stands."""
        body = self.page.locator("body")
        before = body.get_attribute("data-run") or ""
        self.activates(f'[data-scene="{scene}"]')
        expect(body).not_to_have_attribute("data-run", before, timeout=LIMIT)
        expect(self.page.locator(f'[data-scene="{scene}"]')).to_have_attribute("aria-pressed", "true", timeout=LIMIT)
        expect(self.page.locator("#trouble")).to_have_text("")

    def next(self, until: str = "") -> None:
        """To the next thing due, or on until the clock shows `until`."""
        while True:
            before = self.clock()
            self.activates("#jump")
            expect(self.page.locator("#now")).not_to_have_attribute("datetime", before, timeout=LIMIT)
            if self.clock()[11:16] >= until:
                return

    def clock(self) -> str:
        return self.page.locator("#now").get_attribute("datetime") or ""

    def types(self, name: str, text: str) -> None:
        self.page.locator(f"#box-{name}").focus()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        expect(self.bubbles(name, "person").last).to_have_text(text, timeout=LIMIT)

    def presses(self, name: str, words: str) -> None:
        button = self.page.locator(f"#phone-{name} .options:not(.earlier) button", has_text=re.compile(f"^{words}$"))
        button.last.focus()
        self.page.keyboard.press("Enter")

    def bubbles(self, name: str, by: str = "bot"):
        return self.page.locator(f"#phone-{name} .{by} .bubble")

    def reads(self, name: str, words: str) -> None:
        """The phone shows these words, in the newest bubbles."""
        expect(self.bubbles(name).filter(has_text=words).last).to_be_attached(timeout=LIMIT)

    def sees(self, selector: str, words: str) -> None:
        expect(self.page.locator(selector)).to_contain_text(words, timeout=LIMIT)

    def code(self, name: str) -> str:
        """The code of the newest alert on this phone."""
        alerts = [found for text in self.bubbles(name).all_inner_texts() if (found := re.match(r"[A-Z]\d(?=: )", text))]
        return alerts[-1][0]
