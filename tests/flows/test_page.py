"""docs/flows.md: its flow is a good one, and everything that a file can hold stands there."""

import re
from pathlib import Path

from flows import Known, check_text
from flows.document import ANSWERS, StepTable
from flows.vocabulary import FILTERS

PAGE = (Path(__file__).parents[2] / "docs" / "flows.md").read_text(encoding="utf-8")


def test_the_flow_on_the_page_has_no_problem() -> None:
    (source,) = re.findall(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    assert check_text(source, "ate-today.toml", Known(frozenset({"concern"}))) == []


def test_every_answer_type_filter_and_key_of_a_step_stands_on_the_page() -> None:
    named = [*ANSWERS, *FILTERS, *StepTable.model_fields]
    assert [name for name in named if not re.search(rf"\b{name}\b", PAGE)] == []
