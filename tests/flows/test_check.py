"""Checks that need more than one marked file: any bytes, guards, needs, digests, sizes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import FlowFileError, Known, Problem, check_text, compile_source, load_text
from flows.places import Places
from tests.flows.samples import MOOD, TOP, sample

KNOWN = Known(frozenset({"concern"}))


def errors(steps: str, top: str = TOP) -> list[tuple[str, str | None]]:
    """Code and step of each error of a flow made of these steps."""
    problems = check_text(top + steps, "sample.toml", KNOWN)
    return [(problem.code, problem.step) for problem in problems if problem.severity == "error"]


def test_a_good_flow_has_no_problem() -> None:
    assert check_text(TOP + MOOD, "sample.toml", KNOWN) == []


def test_a_problem_is_one_line_that_says_where_what_and_how_to_mend() -> None:
    problem = Problem("F009", "error", "a.toml", 12, "mood", "next", "leads to 'by'", "did you mean 'bye'?")
    assert problem.line_of_text() == "a.toml:12: F009 step 'mood', key 'next': leads to 'by'; did you mean 'bye'?"


def test_a_promise_is_a_warning_and_the_flow_may_be_used() -> None:
    promise = '[[promises]]\nwhen = "mood <= 2"\nmust = "escalate"\n'
    (problem,) = check_text(TOP + MOOD + promise, "sample.toml", KNOWN)
    assert (problem.code, problem.severity, problem.message) == ("F023", "warning", "not proved")
    assert sample(MOOD + promise).promises[0].must == "escalate"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"\x80",
        b"a" * 2_000_001,
        "\ud800",
        b"a\x00b = 1",
        b"x = " + b"[" * 50_000,
        b"x = 1" + b"0" * 5_000,
    ],
    ids=["utf-16", "no utf-8", "too large", "surrogate", "null", "deep", "huge number"],
)
def test_what_is_no_flow_is_told_in_one_problem(content: bytes | str) -> None:
    problems = check_text(content, "sample.toml", KNOWN)
    assert [problem.code for problem in problems] in (["F001"], ["F002"])


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_are_checked_without_an_error(content: bytes | str) -> None:
    assert all(problem.line >= 1 for problem in check_text(content, "sample.toml", KNOWN))


SCALARS = st.sampled_from(["mood", "scale", "bye", "", "{{ x }}", 0, 1, -1, True, False, "6h", "yes_no", 1.5])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "to", "when", "action", "save", "options"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["id", "say", "ask", "answer", "do", "next", "end", "within", "nudges", "attempts", "otherwise", "exact", "x"]
)


def written(value: object) -> str:
    """A value as TOML."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{key} = {written(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(written(one) for one in value) + "]"
        case str():
            return f'"{value}"'
        case _:
            return str(value)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=6), max_size=4), st.dictionaries(KEYS, VALUES, max_size=2))
@settings(deadline=None)
def test_any_tables_are_checked_without_an_error(steps: list[dict[str, object]], promise: dict[str, object]) -> None:
    tables = ["[[steps]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in step.items()) for step in steps]
    tables.append("[[promises]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in promise.items()))
    check_text(TOP + "\n".join(tables), "sample.toml", KNOWN)


def test_a_mark_at_the_beginning_and_windows_line_ends_change_nothing() -> None:
    plain = sample()
    windows = load_text(b"\xef\xbb\xbf" + (TOP + MOOD).replace("\n", "\r\n").encode(), "sample.toml")
    assert (windows.digest, dict(windows.steps)) == (plain.digest, dict(plain.steps))


def test_the_digest_is_of_what_is_said_not_of_how_it_is_spaced() -> None:
    assert sample(MOOD + "\n# a comment\n").digest == sample().digest
    assert sample(MOOD.replace("Take care.", "Take care!")).digest != sample().digest


def test_what_a_flow_needs_is_listed_exactly() -> None:
    steps = MOOD.replace(
        'say = "Take care."',
        "say = \"{% if mean('mood', 7) is defined and mean('mood', 30) is defined %}{{ times('mood', 14) }}{% endif %}"
        "{% if last('mood') is defined %}{{ now.weekday }}{% endif %}{{ missed }}\"",
    )
    needs = sample(steps).needs
    assert needs.values == {"person.first_name", "team.name", "now.weekday", "missed"}
    assert needs.last == {"mood"}
    assert dict(needs.windows) == {"mood": 30}


def guarded(text: str) -> str:
    """A flow whose end says `text`, and whose question may be left unanswered."""
    return MOOD.replace("next = [{", 'otherwise = "bye"\nnext = [{', 1).replace('say = "Take care."', f'say = "{text}"')


@pytest.mark.parametrize(
    "text",
    [
        "{% if mood is defined %}{{ mood }}{% endif %}",
        "{% if mood is not defined %}no{% else %}{{ mood }}{% endif %}",
        "{% if mood is not defined or mood > 2 %}fine{% endif %}",
        "{% if mood is defined and mood > 2 %}fine{% elif mood is defined %}{{ mood }}{% endif %}",
        "{{ mood if mood is defined else 'nothing' }}",
        "{{ mood | default('nothing') }}",
        "{% if not (mood is not defined) %}{{ mood }}{% endif %}",
        "{% if worker.first_name is defined %}{{ worker.first_name }}{% endif %}",
        "{% if last('mood') is defined and last('mood') > 2 %}fine{% endif %}",
        "{{ times('mood', 7) }}",
    ],
)
def test_a_guarded_name_is_good(text: str) -> None:
    assert errors(guarded(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ mood }}",
        "{% if mood > 2 %}fine{% endif %}",
        "{% if mood is not defined %}{{ mood }}{% endif %}",
        "{% if mood is defined or missed > 2 %}{{ mood }}{% endif %}",
        "{% if mood is defined %}{% endif %}{{ mood }}",
        "{% if mood > 2 and mood is defined %}fine{% endif %}",
        "{{ worker.first_name }}",
        "{{ last('mood') }}",
        "{{ mean('mood', 7) | round }}",
        "{% if mean('mood', 7) is defined %}{{ mean('mood', 30) }}{% endif %}",
        "{{ wrap.daily }}",
        "{{ caseload }}",
    ],
)
def test_a_name_that_may_be_missing_and_is_not_guarded_is_told(text: str) -> None:
    assert ("F017", "bye") in errors(guarded(text))


def test_a_name_that_every_way_has_saved_needs_no_guard() -> None:
    assert errors(MOOD.replace("Take care.", "You said {{ mood }}.")) == []


def test_a_branch_that_tested_a_name_guards_the_step_it_leads_to() -> None:
    steps = """
[[steps]]
id = "hello"
next = [{ when = "worker.first_name is defined", to = "named" }, { to = "bye" }]
[[steps]]
id = "named"
say = "{{ worker.first_name }} says hello."
next = "bye"
[[steps]]
id = "bye"
say = "Take care."
end = true
"""
    assert errors(steps) == []
    waits = steps.replace(
        'say = "{{ worker.first_name }} says hello."\nnext = "bye"',
        'ask = "All right?"\nanswer = { type = "yes_no", save = "fine" }\nnext = "later"\n'
        '[[steps]]\nid = "later"\nsay = "{{ worker.first_name }} says hello."\nnext = "bye"',
    )
    assert errors(waits) == [("F017", "later")], "the worker may have left while the question was open"


def test_a_peer_worker_always_has_a_caseload() -> None:
    assert errors(guarded("{{ caseload }}"), TOP.replace('"service_user"', '"peer_worker"')) == []


def test_a_loop_that_waits_is_allowed() -> None:
    steps = MOOD.replace('say = "Take care."\nend = true', 'say = "Again."\nnext = "mood"')
    assert errors(steps) == []


@pytest.mark.parametrize(
    "when",
    [
        *["mood <= 2", "mood == 2", "mood in [1, 2]", "mood + missed > 2", "1 < mood < 4", "missed >= 2", "mood != 3"],
        *["person.first_name == 'Isla'", "person.days_enrolled > 7", "times('mood', 7) > 3", "team.name in ['a', 'b']"],
        *["last('mood') is defined and mood > last('mood')", "'a' in person.first_name", "not mood == 3"],
    ],
)
def test_a_comparison_that_fits_is_good(when: str) -> None:
    assert errors(MOOD.replace("mood <= 2", when)) == []


def test_a_long_row_of_steps_without_waiting_is_told() -> None:
    row = "".join(f'[[steps]]\nid = "s{n}"\nsay = "And"\nnext = "s{n + 1}"\n' for n in range(100))
    assert [code for code, _ in errors(row + '[[steps]]\nid = "s100"\nsay = "Bye"\nend = true\n')] == ["F012"]
    assert (
        errors(row.partition('[[steps]]\nid = "s1"')[0].replace("s1", "s100") + '[[steps]]\nid = "s100"\nend = true\n')
        == []
    )


def test_everything_wrong_is_told_at_once_by_line() -> None:
    steps = MOOD.replace('to = "low"', 'to = "lo"').replace("Take care.", "{{ nobody }}").replace('"scale"', '"scail"')
    found = check_text(TOP + steps, "sample.toml", Known(frozenset()))
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert {problem.code for problem in found} == {"F006", "F009", "F016", "F018", "F025"}


def test_any_policy_may_be_named_where_none_are_known() -> None:
    assert load_text(TOP + MOOD.replace('"concern"', '"our-own"'), "sample.toml").id == "sample"


def test_a_version_in_use_is_built_without_being_checked_again() -> None:
    unreachable = TOP + MOOD + '[[steps]]\nid = "lost"\nsay = "Lost."\nend = true\n'
    with pytest.raises(FlowFileError):
        load_text(unreachable, "sample.toml")
    assert "lost" in compile_source(unreachable, "sample.toml").steps


def test_a_stored_version_that_cannot_be_built_is_a_flow_file_error() -> None:
    with pytest.raises(FlowFileError):
        compile_source("id = 1", "sample.toml")


def test_ten_thousand_steps_are_checked() -> None:
    many = "".join(
        f'[[steps]]\nid = "s{n}"\nask = "How is {n}?"\nanswer = {{ type = "yes_no", save = "a{n}" }}\nnext = "s{n + 1}"\n'
        for n in range(10_000)
    )
    found = check_text(TOP + many, "sample.toml", KNOWN)
    assert [problem.code for problem in found] == ["F009"]


def test_five_hundred_options_are_checked() -> None:
    options = ", ".join(f'"Choice number {n} of them"' for n in range(500))
    steps = MOOD.replace('type = "scale", save = "mood"', f'type = "choice", save = "mood", options = [{options}]')
    assert errors(steps.replace('[{ when = "mood <= 2", to = "low" }, { to = "bye" }]', '"low"')) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        *[((), 1), (("id",), 1), (("reply",), 3), (("reply", "within"), 4), (("reply", "nudges"), 3)],
        *[(("steps", 0), 5), (("steps", 0, "next", 1, "to"), 8), (("steps", 0, "next", 1, "when"), 8)],
        *[(("steps", 1, "answer", "type"), 12), (("steps", 1, "answer", "save"), 11), (("steps", 1, "a", "b"), 10)],
    ],
)
def test_a_path_is_found_at_its_line(path: tuple[str | int, ...], line: int) -> None:
    source = """id = "x"
# a comment
[reply]
within = "6h"
[[steps]]
next = [
    { when = "a", to = "b" },
    { to = "c" },
]
[[steps]]
[steps.answer]
"type" = "scale"
"""
    assert Places(source).line(path) == line
