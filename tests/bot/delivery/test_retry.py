"""Back-off and what a refusal asks for."""

from datetime import timedelta
from typing import get_args

import pytest

from bot.channels.base import Fact
from bot.delivery.retry import LONGEST, Aftermath, Again, NextChannel, after_refusal, backoff, wait_before

ALMOST_ONE = 0.999999


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 1, 2), (2, 2, 4), (3, 4, 8), (9, 256, 512), (10, 300, 600)])
def test_the_back_off_doubles_with_half_of_it_left_to_chance(attempt: int, least: int, most: int) -> None:
    assert backoff(attempt, 0.0) == timedelta(seconds=least)
    assert timedelta(seconds=most * 0.99) < backoff(attempt, ALMOST_ONE) < timedelta(seconds=most)


@pytest.mark.parametrize("attempt", [11, 1_000, 10**9])
def test_the_back_off_never_grows_past_the_longest(attempt: int) -> None:
    assert LONGEST / 2 <= backoff(attempt, 0.5) <= LONGEST


@pytest.mark.parametrize("chance", [0.0, 0.5, ALMOST_ONE])
def test_what_the_provider_asked_for_is_never_cut_short(chance: float) -> None:
    asked = timedelta(seconds=35)
    assert asked <= wait_before(1, chance, asked) < asked + timedelta(seconds=2)


def test_a_refusal_without_a_time_waits_the_back_off() -> None:
    assert wait_before(3, 0.0, None) == backoff(3, 0.0)


@pytest.mark.parametrize("fact", ["blocked", "invalid", "opted_out"])
@pytest.mark.parametrize("can_wait", [True, False])
def test_what_cannot_work_is_kept_on_the_address_and_the_next_channel_comes(fact: Fact, can_wait: bool) -> None:
    assert after_refusal(fact, 1, can_wait=can_wait) == Aftermath(NextChannel(), mark=fact)


def test_a_phone_out_of_reach_gets_one_more_try_half_an_hour_later() -> None:
    courses = [after_refusal("unreachable", failures, can_wait=True).course for failures in (1, 2)]
    assert courses == [Again(timedelta(minutes=30)), NextChannel()]


def test_an_alert_to_a_phone_out_of_reach_goes_to_the_next_channel_at_once() -> None:
    assert after_refusal("unreachable", 1, can_wait=False) == Aftermath(NextChannel())


@pytest.mark.parametrize("fact", ["filtered", "setup", "our_fault", "account"])
def test_what_only_the_operator_can_mend_is_told_and_says_nothing_about_the_address(fact: Fact) -> None:
    after = after_refusal(fact, 1, can_wait=True)
    assert (after.course, after.mark, after.tell_operator) == (NextChannel(), None, True)
    assert after.pause_account is (fact == "account")


def test_every_fact_has_an_aftermath() -> None:
    assert all(isinstance(after_refusal(fact, 1, can_wait=True), Aftermath) for fact in get_args(Fact))
