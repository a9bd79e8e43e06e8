"""Twilio's signature, with Twilio's own library as the judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.sms.signature import is_genuine, signature, spellings

TOKEN = "12345"
URL = "https://blether.example.org/twilio/message"
FORM = [("From", "+447700900123"), ("Body", "aye & naw\n🙂"), ("To", "+447700900100"), ("Empty", "")]
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def theirs(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    return RequestValidator(token).compute_signature(url, form)


@given(st.dictionaries(words.filter(bool), words, max_size=6), st.sampled_from(["", "?m=0198", "?a=b&c=d%20e"]))
def test_it_is_the_signature_that_twilios_library_makes(form: dict[str, str], query: str) -> None:
    assert signature(TOKEN, URL + query, form.items()) == theirs(URL + query, form)


@pytest.mark.parametrize("url", [URL, "https://blether.example.org:443/twilio/message"])
@pytest.mark.parametrize("signed", [URL, "https://blether.example.org:443/twilio/message"])
def test_the_port_may_be_signed_or_not(url: str, signed: str) -> None:
    assert is_genuine(TOKEN, url, FORM, theirs(signed, dict(FORM)))


def test_what_follows_the_hash_is_not_signed() -> None:
    assert is_genuine(TOKEN, f"{URL}#rc=5&rp=all", FORM, theirs(URL, dict(FORM)))


@pytest.mark.parametrize(
    ("url", "form", "token"),
    [
        (URL, [*FORM, ("Extra", "1")], TOKEN),
        (URL, FORM[1:], TOKEN),
        (URL, [("From", "+447700900124"), *FORM[1:]], TOKEN),
        (f"{URL}/", FORM, TOKEN),
        (f"{URL}?m=1", FORM, TOKEN),
        ("http://blether.example.org/twilio/message", FORM, TOKEN),
        ("https://other.example.org/twilio/message", FORM, TOKEN),
        (URL, FORM, "12346"),
    ],
)
def test_anything_changed_is_not_genuine(url: str, form: list[tuple[str, str]], token: str) -> None:
    assert not is_genuine(token, url, form, theirs(URL, dict(FORM)))


@pytest.mark.parametrize("given_", ["", "x", "é\ud800", "A" * 10_000])
def test_nonsense_is_not_genuine(given_: str) -> None:
    assert not is_genuine(TOKEN, URL, FORM, given_)


def test_a_field_that_comes_twice_counts_with_each_of_its_values() -> None:
    twice = [("A", "2"), ("A", "1"), ("A", "2")]
    assert signature(TOKEN, URL, twice) == signature(TOKEN, URL, [("A", "1"), ("A", "2")])


def test_an_address_is_spelled_without_and_with_its_port() -> None:
    assert spellings("http://[::1]:8000/x?y=1#z") == ("http://[::1]/x?y=1", "http://[::1]:8000/x?y=1")
    assert spellings(URL)[1] == "https://blether.example.org:443/twilio/message"
