"""The opening moment and the invented service."""

import base64
import csv
from datetime import date
from pathlib import Path

import pytest

from bot.demo.cast import CAST, list_of_people, opening_moment, settings
from bot.escalation.policy import SHIPPED_IDS


@pytest.mark.parametrize(
    ("today", "opening"),
    [
        (date(2026, 11, 23), "2026-11-24T09:29:00+00:00"),
        (date(2026, 11, 20), "2026-11-23T09:29:00+00:00"),
        (date(2026, 11, 21), "2026-11-23T09:29:00+00:00"),
        (date(2026, 7, 5), "2026-07-06T09:29:00+01:00"),
    ],
)
def test_it_opens_on_the_next_weekday_in_london(today, opening):
    assert opening_moment(today).isoformat() == opening


def test_the_weekly_nudge_falls_on_the_opening_day(tmp_path):
    built = settings(tmp_path, base64.b64encode(bytes(32)).decode(), opening_moment(date(2026, 11, 24)))
    assert {one.key: one.rule for one in built.schedules} == {
        "morning": "daily at 09:30",
        "weekly-nudge": "weekly on wed at 09:45",
        "evening": "daily at 19:00",
    }


def test_the_policies_are_those_that_are_shipped():
    built = settings(Path(), base64.b64encode(bytes(32)).decode(), opening_moment(date(2026, 11, 24)))
    assert set(built.policies) == set(SHIPPED_IDS)


def test_everybody_but_the_supervisors_comes_by_the_list_and_said_yes():
    rows = list(csv.DictReader(list_of_people(opening_moment(date(2026, 11, 23))).decode().splitlines()))
    assert {row["first_name"]: row["consent_on"] for row in rows} == dict.fromkeys(
        [actor.name for actor in CAST if actor.role != "supervisor"], "2026-10-25"
    )
