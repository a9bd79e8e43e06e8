"""What coordinators are told of the bot itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.delivery.wording import away, duration, telegram_gap, wrote_meanwhile
from flows.wording import is_gsm7

LONDON = ZoneInfo("Europe/London")
SINCE = datetime(2026, 6, 22, 8, 0, tzinfo=UTC)


def test_the_absence_is_told_on_the_readers_clock():
    said = away(SINCE, SINCE + timedelta(hours=2.5), LONDON, {"crisis": 0, "escalation": 2, "reply": 1}, 3)
    assert said == (
        "I was off from Mon 22 Jun 09:00 to Mon 22 Jun 11:30 (2 h 30 min). I now send what waited: "
        "2 alerts and notices, 1 reply. 3 texts were too late, so I dropped them."
    )


def test_nothing_is_told_of_what_there_was_not():
    said = away(SINCE, SINCE + timedelta(hours=2), LONDON, {"crisis": 0}, 0)
    assert said.endswith("(2 h). Nothing waited to be sent.")
    assert away(SINCE, SINCE, LONDON, {}, 1).endswith("1 text was too late, so I dropped it.")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (75, "1 h 15 min"), (120, "2 h"), (1440, "1 day"), (4 * 1440 + 185, "4 days 3 h")],
)
def test_how_long_is_said_in_whole_minutes(minutes, said):
    assert duration(timedelta(minutes=minutes, seconds=59)) == said


@pytest.mark.parametrize(
    ("initials", "others", "who"),
    [
        (["I.M."], 0, "Texts from I.M. reached"),
        (["I.M.", "C.E."], 0, "Texts from I.M. and C.E. reached"),
        (["I.M."], 2, "Texts from I.M. and 2 others reached"),
        ([], 1, "Texts from 1 person reached"),
        ([], 3, "Texts from 3 people reached"),
        ([f"A.{n}." for n in range(10)], 1, "A.6., A.7. and 3 others reached"),
    ],
)
def test_who_wrote_is_named_by_initials_and_counted(initials, others, who):
    assert who in wrote_meanwhile(initials, others, all_read=True)


def test_that_nobody_wrote_is_said_only_when_it_is_known():
    assert wrote_meanwhile([], 0, all_read=True) == "I found no texts from that time."
    assert "reading now" in wrote_meanwhile([], 0, all_read=False)


def test_a_gap_of_telegram_says_what_may_be_lost():
    said = telegram_gap(SINCE, SINCE + timedelta(days=2), LONDON)
    assert said == (
        "I could not hear Telegram from Mon 22 Jun 09:00 to Wed 24 Jun 09:00. Texts by Telegram from before "
        "Tue 23 Jun 09:00 may be lost. Please ask people if they wrote."
    )
    assert is_gsm7(said)
