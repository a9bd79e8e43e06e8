"""Words for days: weekdays, months, today and tomorrow in English and Scots, ordinals, and how they are mistyped."""

from __future__ import annotations

import re
from typing import Final

from flows.answers.numerals import ENGLISH
from flows.answers.slips import slipped

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_WEEKDAY_WORDS: Final = {
    **{name: number for number, name in enumerate(WEEKDAYS)},
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "weds": 2,
    "wednes": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
    "monanday": 0,
    "tysday": 1,
    "wadensday": 2,
    "fuirsday": 3,
    "thirsday": 3,
    "setterday": 5,
    "setturday": 5,
    "saterday": 5,
    "sabbath": 6,
    "tewsday": 1,
    "wensday": 2,
    "wedsday": 2,
    "thurday": 3,
}
MONTHS_PLAIN: Final = {
    **{name: number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(MONTHS, start=1)},
    "sept": 9,
}
_MONTH_WORDS: Final = {**MONTHS_PLAIN, "mairch": 3, "aprile": 4, "mey": 5, "juin": 6, "janwar": 1, "febuary": 2}
NEAR_PLAIN: Final = {"today": 0, "tomorrow": 1, "yesterday": -1}
_NEAR: Final = {
    **NEAR_PLAIN,
    **dict.fromkeys(("2day", "theday", "tonight", "tonite", "2nite", "2night", "thenight", "todays", "tday"), 0),
    **dict.fromkeys(
        (
            *(
                "themorn",
                "themorra",
                "tomorra",
                "tomoro",
                "tomorro",
                "tomoz",
                "2moro",
                "2morrow",
                "2moz",
                "tmrw",
                "tmr",
            ),
            *("tmw", "tmoro", "tmorrow", "tomo", "tom", "morra", "tomos", "2mrw", "tomoz", "2mora", "tomora"),
        ),
        1,
    ),
    **dict.fromkeys(("lastnight", "yestreen", "yday", "yest", "yesterdays", "yistirday", "yesterda"), -1),
    "overmorrow": 2,
    "dayafter": 2,
    "daybefore": -2,
}
_NEAR_TYPED: Final = ("tomorrow", "yesterday", "tonight")
DAYS_OF: Final = {
    **dict.fromkeys(("day", "days"), 1),
    **dict.fromkeys(("week", "weeks", "wk", "wks", "weeks'"), 7),
    **dict.fromkeys(("fortnight", "fortnights", "fortnicht"), 14),
}
_DAYS_TYPED: Final = ("days", "weeks", "week", "fortnight")
_ORDINAL_WORDS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
    **{f"twenty{word}": 20 + number for number, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"), start=1)},
    "thirtyfirst": 31,
}  # fmt: skip
_ORDINAL: Final = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)")
NUMERIC: Final = re.compile(
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}/[0-9]{1,2}"
)
_REWRITES: Final = (
    (re.compile(r"\b(?:the )?day efter (?:the morn'?s?|the morr?a|tomorr?\w*)\b"), "dayafter"),
    (re.compile(r"\b(?:the )?day after (?:the morn'?s?|the morr?a|tom\w+|2mor\w+|next)\b"), "dayafter"),
    (re.compile(r"\b(?:the )?day (?:before|afore) yest\w+\b"), "daybefore"),
    (re.compile(r"\bthe morn'?s? (?:morn(?:ing?)?'?|nicht|night|evenin[g']?|efternoon|afternoon)"), "themorn"),
    (re.compile(r"\bthe morn'?s?(?!\w)"), "themorn"),
    (re.compile(r"\bthe morr?[ao]w?\b"), "themorra"),
    (re.compile(r"\bto[ -]morrow\b"), "tomorrow"),
    (re.compile(r"\bthis coming\b"), "coming"),
    (re.compile(r"\blast ni(?:gh|ch)t\b"), "lastnight"),
    (re.compile(r"\bthe ni(?:gh|ch)t\b"), "thenight"),
    (re.compile(r"\bthe day\b(?! (?:after|before|efter|afore))"), "theday"),
    (re.compile(r"\bthis (?:morning|mornin|afternoon|efternoon|evening|evenin)\b"), "today"),
    (re.compile(r"\b(tomorrow|today|yesterday)'?s? (?:morning|mornin|afternoon|evening|evenin|night|nicht)\b"), r"\1"),
    (re.compile(r"\b(week|day|fortnight)s?'s? time\b"), r"\1 time"),
    (re.compile(r"\b(weeks|days)'? time\b"), r"\1 time"),
    (re.compile(r"\bthis time next week\b"), "today week"),
    (re.compile(r"\b(twenty|thirty)[ -](first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b"), r"\1\2"),
    (re.compile(r"(?<=[0-9])\s+(st|nd|rd|th)\b"), r"\1"),
)
_GLUED: Final = re.compile(
    r"(?<![\w/.-])([0-9]{1,4})\s?([/.-])\s?([0-9]{1,2})(?:\s?\2\s?([0-9]{2,4}|[0-9]{1,2}))?(?![\w/-])(?!\.[0-9])"
)

_DATED_TOKEN: Final = re.compile(
    r"[0-9]{1,4}([-/.])[0-9]{1,2}(?:\1[0-9]{1,4})?(?![0-9])|[0-9]{1,2}(?:st|nd|rd|th)\b|2(?:day|m\w+|ni\w+)"
    r"|[0-9]+|'[0-9]{2}\b|[^\W\d_]+(?:'[^\W\d_]+)*'?|[^\w\s]"
)


def rewritten(said: str) -> str:
    """What was said with words that belong together as one: "the morn" → "themorn"."""
    for pattern, plainly in _REWRITES:
        said = pattern.sub(plainly, said)
    return said


def tokens(said: str) -> list[str]:
    """The words, numbers and marks of what was said; a date in numbers, and "20th", are one token each."""
    said = _GLUED.sub(lambda found: "".join(part for part in _parts(found) if part), said)
    return [found[0] for found in _DATED_TOKEN.finditer(said)]


def _parts(found: re.Match[str]) -> tuple[str | None, ...]:
    first, mark, second, third = found.groups()
    return first, mark, second, mark if third else None, third


def near(word: str) -> int | None:
    """How many days from today a word means: the morn → 1."""
    found = _NEAR.get(word)
    if found is None and len(word) > 5:
        days = {_NEAR[one] for one in slipped(word, _NEAR_TYPED)}
        found = days.pop() if len(days) == 1 else None
    return found


def weekday(word: str) -> int | None:
    """The weekday that a word means, Monday 0."""
    found = _WEEKDAY_WORDS.get(word)
    if found is None and len(word) > 4:
        days = {_WEEKDAY_WORDS[one] for one in slipped(word, WEEKDAYS)}
        found = days.pop() if len(days) == 1 else None
    return found


def month(word: str) -> int | None:
    """The month that a word means, January 1."""
    found = _MONTH_WORDS.get(word)
    if found is None and len(word) > 3:
        months = {_MONTH_WORDS[one] for one in slipped(word, MONTHS)}
        found = months.pop() if len(months) == 1 else None
    return found


def days_of(word: str) -> int | None:
    """How many days a unit has."""
    found = DAYS_OF.get(word)
    if found is None and len(word) > 3:
        days = {DAYS_OF[one] for one in slipped(word, _DAYS_TYPED)}
        found = days.pop() if len(days) == 1 else None
    return found


def ordinal(word: str) -> int | None:
    """The day of a month that "20th" or "twentieth" means."""
    found = _ORDINAL.fullmatch(word)
    number = int(found[1]) if found else _ORDINAL_WORDS.get(word)
    return number if number is not None and 1 <= number <= 31 else None


def day_number(word: str) -> int | None:
    """The day of a month beside its name: "20", "20th", "twentieth", "twelve"."""
    if word.isdigit() and len(word) < 3:
        return int(word)
    return ordinal(word) or ENGLISH.get(word) or None


def full_year(written: str) -> int:
    """`"26"` → 2026."""
    return int(written) + 2_000 if len(written) < 3 else int(written)
