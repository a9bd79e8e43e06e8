"""Lines of keys, tables and items, however they are written."""

from bot.settings.positions import find_positions

TEXT = """\
top = 1
[service]
"quoted key" = 'x'
a.b = 2
inline = { x = 1, y.z = [ { w = 1 } ] }
many = [
  "one",  # a comment
  { two = 2 },
]
[[teams]]
key = "a"
[[teams.levels]]
wait = 1
[[teams]]
[[teams.levels]]
[[teams.levels]]
wait = 2
[teams.contact]
name = "x"
"""


def test_every_place_has_its_line():
    lines = find_positions(TEXT).lines
    assert lines[("top",)] == 1
    assert lines[("service",)] == 2
    assert lines[("service", "quoted key")] == 3
    assert lines[("service", "a")] == lines[("service", "a", "b")] == 4
    assert lines[("service", "inline", "y", "z", 0, "w")] == 5
    assert lines[("service", "many", 0)] == 7
    assert lines[("service", "many", 1, "two")] == 8
    assert lines[("teams",)] == lines[("teams", 0)] == 10
    assert lines[("teams", 0, "levels", 0, "wait")] == 13
    assert lines[("teams", 1)] == 14
    assert lines[("teams", 1, "levels", 0)] == 15
    assert lines[("teams", 1, "levels", 1, "wait")] == 17
    assert lines[("teams", 1, "contact", "name")] == 19


def test_a_place_without_a_line_has_that_of_the_table_around_it():
    positions = find_positions(TEXT)
    assert positions.line(("teams", 1, "levels", 0, "tell")) == 15
    assert positions.line(("nothing", "there")) == 1


def test_what_is_given_twice_is_noted():
    assert find_positions("[a]\nx = 1\nx = 2\n[a]\n").doubles == [(("a", "x"), 3), (("a",), 4)]


def test_text_that_is_not_toml_raises_nothing():
    assert find_positions('[a\n"b = \x00 = [').lines is not None
