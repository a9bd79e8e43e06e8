"""The language of texts and conditions: what it means, what it refuses, how missing values behave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import Context, FlowRunError, LanguageError, Value
from flows.conditions import compile_condition
from flows.evaluate import Scope
from flows.missing import MISSING
from flows.wording import compile_wording
from tests.flows.samples import NOW

ANSWERS: dict[str, Value] = {"mood": 2, "pick": "walk", "agreed": True, "mean_mood": 2.5}
CONTEXT = Context(
    {"person": {"first_name": "Isla", "zone": None}, "missed": 0, "wrap": {"daily": ("a bath", "a walk")}},
    {"mood": [(NOW.replace(day=1), 7), (NOW.replace(hour=8), 4)]},
    at=NOW,
)
SCOPE = Scope(ANSWERS, CONTEXT)


def write(source: str) -> str:
    return compile_wording(source).write(SCOPE)


def holds(source: str) -> bool:
    return compile_condition(source).holds(SCOPE)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{ person.first_name }}.", "Hi Isla."),
        ("{{ mood }} {{ agreed }} {{ mean_mood }}", "2 yes 2.5"),
        ("{{ mood + 1 }} {{ mood - 5 }}", "3 -3"),
        ("{% if mood <= 2 %}low{% elif mood <= 5 %}so so{% else %}good{% endif %}", "low"),
        ("{% if not agreed %}no{% elif pick in ['walk', 'rest'] %}moving{% endif %}", "moving"),
        ("{{ 'low' if mood < 3 else 'high' }}", "low"),
        ("{{ 'high' if mood > 3 }}", ""),
        ("{{ worker.first_name | default('us') }}", "us"),
        ("{% if worker.first_name is defined %}{{ worker.first_name }}{% else %}us{% endif %}", "us"),
        ("{{ person.first_name | upper }} {{ pick | capitalize }} {{ person.first_name | lower }}", "ISLA Walk isla"),
        ("{{ mean('mood', 7) }} {{ mean('mood', 7) | round }} {{ times('mood', 7) }}", "5.5 6 2"),
        ("{{ last('mood') }} {{ times('mood', 1) }}", "4 1"),
        ("{{ wrap.daily }}", "a bath, a walk"),
        ("{# nobody sees this #}{{ missed }}", "0"),
    ],
)
def test_a_text_is_written(source: str, text: str) -> None:
    assert write(source) == text


@pytest.mark.parametrize(
    "source",
    [
        *["mood <= 2", "mood == 2", "mood != 3", "1 < mood < 3", "mood in [1, 2]", "mood not in [3]", "agreed"],
        *["not (mood > 2)", "agreed and mood <= 2", "mood > 5 or pick == 'walk'", "mood + 1 == 3", "mood > -1"],
        *["last('mood') > mood", "mood is defined", "worker.first_name is not defined", "'a walk' in wrap.daily"],
        *["person.zone is not defined", "mean('mood', 7) >= 5.5", "missed == 0", "agreed == true"],
    ],
)
def test_a_condition_holds(source: str) -> None:
    assert holds(source)


@pytest.mark.parametrize(
    "source",
    [
        *[f"worker.first_name {sign} 'Ewan'" for sign in ("==", "!=", "<", "<=", ">", ">=", "in", "not in")],
        *[f"'Ewan' {sign} worker.first_name" for sign in ("==", "!=", "<", "<=", ">", ">=", "in", "not in")],
        *[
            "worker.first_name",
            "worker.first_name is defined",
            "nothing + 1 > 0",
            "1 - nothing != 0",
            "last('rest') < 9",
        ],
        *["worker.first_name == worker.first_name", "nothing in [1]", "nothing not in [1]", "mean('rest', 7) != 3"],
    ],
)
def test_every_comparison_with_a_missing_value_is_false(source: str) -> None:
    assert not holds(source)


@pytest.mark.parametrize(
    "source",
    ["{{ worker.first_name }}", "{{ nothing }}", "{{ nothing + 1 }}", "{{ nothing | upper }}", "{{ last('rest') }}"],
)
def test_printing_a_missing_value_is_a_run_time_flow_error(source: str) -> None:
    with pytest.raises(FlowRunError):
        write(source)


@pytest.mark.parametrize("source", ["mood < 'three'", "pick + 1 == 2", "1 in mood"])
def test_values_that_do_not_fit_are_a_run_time_flow_error(source: str) -> None:
    with pytest.raises(FlowRunError):
        holds(source)


def test_missing_is_one_quiet_value() -> None:
    assert not MISSING
    assert (MISSING == MISSING) is False
    assert (MISSING != MISSING) is False
    assert MISSING.anything is MISSING
    assert "x" not in MISSING


@pytest.mark.parametrize(
    "source",
    [
        *["{% for x in person %}{% endfor %}", "{% set x = 1 %}", "{% macro m() %}{% endmacro %}", "{% include 'x' %}"],
        *["{% import 'x' as y %}", "{% extends 'x' %}", "{% block b %}{% endblock %}", "{% call x() %}{% endcall %}"],
        *["{% filter upper %}a{% endfilter %}", "{% with %}{% endwith %}", "{% autoescape true %}{% endautoescape %}"],
        *[
            "{{ 2 ** 9 }}",
            "{{ 'a' * 9 }}",
            "{{ 9 / 3 }}",
            "{{ 9 // 3 }}",
            "{{ 9 % 2 }}",
            "{{ 'a' ~ 'b' }}",
            "{{ [1][0] }}",
        ],
        *["{{ person.first_name.upper() }}", "{{ person['first_name'] }}", "{{ person.__class__ .x }}", "{{ mood.x }}"],
        *[
            "{{ ''.join(['a']) }}",
            "{{ {'a': 1} }}",
            "{{ (1, 2) }}",
            "{{ range(9) }}",
            "{{ lipsum() }}",
            "{{ cycler('a') }}",
        ],
        *[
            "{{ person.first_name | attr('x') }}",
            "{{ 'x' | format }}",
            "{{ mood | default(pick) }}",
            "{{ last(pick) }}",
        ],
        *[
            "{{ last('mood', 7) }}",
            "{{ mean('mood') }}",
            "{{ mean('mood', 0) }}",
            "{{ mean('mood', 999) }}",
            "{{ +mood }}",
        ],
        *[
            "{{ last(name='mood') }}",
            "{{ last(*mood) }}",
            "{{ -mood }}",
            "{{ [mood] }}",
            "{{ mood is number }}",
            "{{ 1 is defined }}",
        ],
        *[
            "{{ mood",
            "{% if mood %}",
            "{{ }}",
            "{% nonsense %}",
            "{{ mood }",
            "{{ person. }}",
            "{% endif %}",
            "{{ 'a }}",
        ],
    ],
)
def test_what_is_outside_the_language_is_refused_before_anything_runs(source: str) -> None:
    with pytest.raises(LanguageError):
        compile_wording(source)


@pytest.mark.parametrize(
    "source",
    [
        *[
            "",
            "  ",
            "mood <=",
            "mood = 2",
            "mood 2",
            "mood }} {{ pick",
            "mood; pick",
            "(mood",
            "mood)",
            "1 in mood in pick",
        ],
        *["[x for x in mood]", "lambda: 1", "mood.__class__", "mood <= 2 %}", "{{ mood }}", "mood if", "`mood`"],
    ],
)
def test_what_is_no_condition_is_refused(source: str) -> None:
    with pytest.raises(LanguageError):
        compile_condition(source)


@pytest.mark.parametrize(
    "source",
    [
        *["(" * 21 + "1" + ")" * 21, "[" * 300, "not " * 400 + "mood", "-" * 900 + "1", "+".join(["mood"] * 400)],
        *[" and ".join(["mood"] * 250), "1 if " * 300 + "1", "mood" + " < mood" * 270 + " and x" * 40, "x" * 2_001],
    ],
)
def test_depth_and_length_are_bounded_before_they_can_hurt(source: str) -> None:
    with pytest.raises(LanguageError):
        compile_condition(source)


def test_nested_ifs_are_bounded() -> None:
    deep = "{% if mood %}" * 80 + "x" + "{% endif %}" * 80
    with pytest.raises(LanguageError) as caught:
        compile_wording(deep[:2_000])
    assert caught.value.code in {"F014", "F015"}


def test_twenty_brackets_are_not_too_deep() -> None:
    assert holds("(" * 20 + "mood == 2" + ")" * 20)


LANGUAGE = st.text(alphabet="{}%()[]|.,'\" abmodifnotranple_0123456789+-*<>=!#\n", max_size=120)


@given(LANGUAGE)
def test_any_text_is_written_or_refused_with_an_error_of_our_own(source: str) -> None:
    for compiler in (compile_wording, compile_condition):
        try:
            compiled = compiler(source)
        except LanguageError:
            continue
        run = getattr(compiled, "write", None) or compiled.holds
        try:
            run(SCOPE)
        except FlowRunError:
            continue
