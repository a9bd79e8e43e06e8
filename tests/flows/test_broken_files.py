"""Files under `broken/` are refused with the right codes at the right lines: each is marked there, `#! F009`."""

import re
from pathlib import Path

import pytest

from flows import CODES, FlowFileError, Known, check_text, load_file

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))
KNOWN = Known(frozenset({"info", "concern", "urgent"}))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_with_its_codes_and_lines(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    marked = [
        (number, code)
        for number, line in enumerate(source.splitlines(), start=1)
        if (mark := re.search(r"#! (.+)$", line))
        for code in mark[1].split()
    ]
    problems = [problem for problem in check_text(source, path.name, KNOWN) if problem.severity == "error"]
    found = sorted({(problem.line, problem.code) for problem in problems})
    assert found == sorted(marked), "\n".join(problem.line_of_text() for problem in problems)


def test_the_broken_files_show_every_code_that_a_file_can_have() -> None:
    marks = {code for path in BROKEN for code in re.findall(r"#! (F\d+)", path.read_text(encoding="utf-8"))}
    assert set(CODES) - marks == {"F001", "F023"}  # not text at all; a warning on good files


def test_a_broken_file_is_never_loaded() -> None:
    with pytest.raises(FlowFileError) as caught:
        load_file(BROKEN[0])
    assert caught.value.problems
