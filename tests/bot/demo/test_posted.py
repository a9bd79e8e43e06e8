"""What may be posted, and that anything else is refused in words."""

import json

import pytest

from bot.demo.posted import Behaves, Jump, PostedError, Pressed, SetRate, Typed, read_clock, read_phone, read_scene


def written(content: object) -> bytes:
    return json.dumps(content).encode()


def test_words_and_presses_are_read():
    assert read_phone(written({"text": "a wee bit low"})) == Typed("a wee bit low")
    assert read_phone(written({"press": "ab:0"})) == Pressed("ab:0")
    assert read_phone(written({"behave": "out-of-credit"})) == Behaves("out-of-credit")


def test_a_text_of_4096_characters_is_read():
    assert read_phone(written({"text": "\N{SMILING FACE WITH SMILING EYES}" * 4096})) == Typed("\U0001f60a" * 4096)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[1]", b'"text"', b"null", b"\xff\xfe", b"[" * 100_000),
        *(written({"text": text}) for text in ("", "  \n", None, 2, ["a"], {"a": "b"}, "x" * 4097, "\ud800")),
        *(written({"press": press}) for press in (None, 0, [])),
        *(written({"behave": how}) for how in ("refusing", "", None, 1, ["off"])),
        written({"text": "hello", "press": "ab:0"}),
        written({"word": "hello"}),
        written({}),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_anything_else_on_a_phone_is_refused(body):
    with pytest.raises(PostedError):
        read_phone(body)


@pytest.mark.parametrize("rate", [0, 1, 60, 600])
def test_each_rate_is_read(rate):
    assert read_clock(written({"rate": rate})) == SetRate(rate)


def test_a_jump_is_read():
    assert read_clock(written({"jump": "next"})) == Jump()


@pytest.mark.parametrize(
    "content",
    [
        *({"rate": rate} for rate in (2, -1, 61, True, False, 1.0, "1", None)),
        *({"jump": jump} for jump in ("last", "", None, 1)),
        {"rate": 1, "jump": "next"},
        {},
    ],
    ids=repr,
)
def test_anything_else_for_the_clock_is_refused(content):
    with pytest.raises(PostedError):
        read_clock(written(content))


def test_a_scene_is_read_by_its_id():
    assert read_scene(written({"scene": "stop"})) == "stop"


@pytest.mark.parametrize(
    "content", [{}, {"scene": 1}, {"scene": None}, {"scene": "stop", "x": 1}, {"play": "stop"}, []]
)
def test_anything_else_for_a_scene_is_refused(content):
    with pytest.raises(PostedError):
        read_scene(written(content))
