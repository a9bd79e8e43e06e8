"""What is kept in the repository: nothing of one machine, one index or one desk."""

import re

import pytest

from tests.house.source import ROOT, tracked

MACHINE_PATHS = re.compile(r"(?<![\w.:/-])(?:/(?:root|home|Users|work|mnt|workspace)/\w|[A-Z]:\\Users\\)")
NOTES_TO_ONESELF = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b|^(?:<{7}|>{7}) ", re.MULTILINE)
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n")
PHONES = re.compile(r"\+44 ?7\d{3} ?\d{6}\b")
FICTION = re.compile(r"\+44 ?7700 ?900\d{3}")


def texts() -> dict[str, str]:
    found = {}
    for name in tracked():
        whole = (ROOT / name).read_bytes()
        if b"\0" not in whole:
            found[name] = whole.decode("utf-8")
    return found


TEXTS = texts()


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1} {match[0]}"
        for name, text in TEXTS.items()
        for match in pattern.finditer(text)
    ]


def test_no_file_names_a_place_on_one_machine():
    assert lines_with(MACHINE_PATHS) == []


def test_no_file_holds_a_note_to_oneself_or_half_a_merge():
    assert lines_with(NOTES_TO_ONESELF) == []


def test_no_file_holds_a_private_key():
    assert lines_with(SECRETS) == []


def test_mobile_numbers_are_from_the_range_kept_for_fiction():
    assert [place for place in lines_with(PHONES) if not FICTION.search(place)] == []


def test_the_lock_names_no_index_and_hashes_everything():
    lock = TEXTS["requirements.lock"]
    assert re.findall(r"https?:|--index|--find-links|--extra-index|@ file", lock) == []
    packages = re.findall(r"^[a-zA-Z0-9][\w.-]*(?:\[[\w,-]+\])?==", lock, re.MULTILINE)
    assert packages
    unhashed = [
        entry for entry in re.split(r"\n(?=[a-zA-Z0-9])", lock) if "==" in entry and "--hash=sha256:" not in entry
    ]
    assert unhashed == []


def test_no_other_lock_is_kept():
    others = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "package-lock.json"}
    assert [name for name in tracked() if name.rpartition("/")[2] in others] == []


@pytest.mark.parametrize("name", [name for name in TEXTS if name.endswith((".py", ".toml"))])
def test_pages_that_code_sends_its_reader_to_are_there(name):
    pages = re.findall(r"(?<![\w/.-])(?:docs/)?[a-zA-Z0-9-]+(?:/[a-zA-Z0-9-]+)*\.md\b", TEXTS[name])
    missing = [page for page in pages if not any((ROOT / base / page).is_file() for base in (".", "docs"))]
    assert missing == []
