"""The page: small, strict, and named so that it works without a mouse or without eyes."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

STATIC = files("bot.demo").joinpath("static")


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture
async def page(client) -> Elements:
    answer = await client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Elements(answer.text)


async def test_each_phone_is_a_named_section_with_a_labelled_box(page):
    names = [one["aria-label"] for one in page.of("section") if "phone" in (one.get("class") or "")]
    assert [name.partition(",")[0] for name in names if name] == ["Isla", "Callum", "Rhona", "Morag", "Ewan"]
    selects = [one["aria-label"] for one in page.of("select")]
    assert selects == [f"{name}'s phone is" for name in ("Isla", "Callum", "Rhona", "Morag", "Ewan")]
    boxes = {one["id"] for one in page.of("input")}
    assert boxes == {one["for"] for one in page.of("label")}
    assert len(boxes) == 5


async def test_nothing_stands_inline_and_everything_comes_from_here(page):
    for tag, attributes in page.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
    assert page.of("style") == []
    sources = [one.get("src") for one in page.of("script")] + [one["href"] for one in page.of("link")]
    assert set(sources) == {"/demo/static/demo.js", "/demo/static/demo.css", "data:,"}


async def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline(client):
    for path in ("/", "/demo/state", "/demo/static/demo.js", "/nowhere"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


async def test_stylesheet_and_script_are_small(client):
    for name in ("demo.css", "demo.js"):
        answer = await client.get(f"/demo/static/{name}")
        assert answer.status_code == 200
        assert len(answer.content) < 20_000


async def test_the_whole_page_is_small(client):
    whole = [await client.get(path) for path in ("/", "/demo/static/demo.css", "/demo/static/demo.js")]
    assert sum(len(answer.content) for answer in whole) < 60_000


def test_words_are_set_as_text_never_as_html():
    script = STATIC.joinpath("demo.js").read_text("utf-8")
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc"
    assert re.findall(forbidden, script) == []


def luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes() -> list[dict[str, str]]:
    style = STATIC.joinpath("demo.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6});", block)) for block in blocks)
    return [light, {**light, **dark}]


PAIRS = [
    *(("ink", on) for on in ("paper", "card", "bot", "mine", "telegram")),
    *(("soft", on) for on in ("paper", "card")),
    *(("strong", on) for on in ("paper", "card")),
    ("on-strong", "strong"),
    ("warn", "warn-paper"),
    ("warn", "card"),
    ("on-lock", "lock"),
]


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(theme, words, ground):
    assert contrast(theme[words], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
def test_edges_of_controls_can_be_seen(theme):
    assert contrast(theme["edge"], theme["card"]) >= 3
