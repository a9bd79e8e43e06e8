"""The data file of danger: every rule has one true and one false sentence, and a wrong file does not start."""

import pytest

from bot.errors import ConfigurationError
from bot.safety.risk.danger import read_closely
from bot.safety.risk.patterns import Index, pattern
from bot.safety.risk.rules import read_rules, rules

TESTS = rules("en-GB").tests


def facts_in(text: str) -> set[str]:
    return {heard.fact.name for part in read_closely(text)[1] for heard in part.heard if heard.points > 0}


@pytest.mark.parametrize("name", TESTS)
def test_a_rule_meets_its_true_sentence(name: str) -> None:
    assert name in facts_in(TESTS[name][0])


@pytest.mark.parametrize("name", TESTS)
def test_a_rule_leaves_its_false_sentence_alone(name: str) -> None:
    assert name not in facts_in(TESTS[name][1])


@pytest.mark.parametrize(
    ("written", "line", "met"),
    [
        ("want to * die", " i want to really die ", True),
        ("want to * die", " i want to do very much die ", False),
        ("want to ** die", " i want to do very much die ", True),
        ("<kin> is|was low", " my mum was low ", True),
        ("end_it_now|end_it_all", " end it all ", True),
        ("^ help $", " help ", True),
        ("^ help $", " help me ", False),
        ("so? low now|$", " low ", True),
        ("so? low now|$", " low tide ", False),
    ],
)
def test_the_language_of_patterns(written: str, line: str, met: bool) -> None:
    one = pattern(written, {"kin": "mum dad"})
    assert bool(one.meets.search(line)) is met
    index = Index([("owner", one)])
    assert bool(list(index.found(set(line.split()), line))) is met


@pytest.mark.parametrize("written", ["<nobody> here", "* ^", "so? $"])
def test_a_pattern_that_cannot_be_found_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError, match="pattern"):
        pattern(written, {})


FILE = """
[levels]
risk = 10
distress = 4
[spelling]
vocabulary = "kill"
real = ""
[signs]
[fold]
[classes]
other = "he"
[idioms]
say = []
[denial]
words = "not"
turns = "but"
unless_after = ""
unless_before = ""
reach = 6
[past]
say = []
unless = []
[[frame]]
name = "a story"
say = ["film"]
[[fact]]
name = "one"
kind = "self"
points = 10
say = ["want to die"]
"""


def test_a_small_file_is_read() -> None:
    assert list(read_rules(FILE).tests) == ["one"]


@pytest.mark.parametrize(
    ("right", "wrong"), [('kind = "self"', 'kind = "them"'), ("points = 10", "points = 10\npionts = 1")]
)
def test_a_fact_with_an_unknown_key_or_kind_is_refused(right: str, wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="fact 'one'"):
        read_rules(FILE.replace(right, wrong))
