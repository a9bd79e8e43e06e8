"""A flow that calls another: asked, answered, reminded and reopened in the flow that talks; its answers come back."""

from storage.tables import answers
from tests.world.rows import rows
from tests.world.town import Town

TOP = """
version = 1
audience = "service_user"
language = "en-GB"
[reply]
within = "6h"
nudges = ["2h"]
"""
OUTER = f"""
id = "outer"
title = "Outer"
{TOP}
[[steps]]
id = "first"
ask = "One?"
answer = {{ type = "yes_no", save = "one" }}
next = "inside"
[[steps]]
id = "inside"
call = "inner"
next = [{{ when = "depth is defined and depth <= 2", to = "low" }}, {{ to = "fine" }}]
[[steps]]
id = "low"
say = "That is low."
end = true
[[steps]]
id = "fine"
say = "That is fine."
end = true
"""
INNER = f"""
id = "inner"
title = "Inner"
{TOP}
[[steps]]
id = "how"
ask = "How deep, from 0 to 10?"
answer = {{ type = "scale", min = 0, max = 10, save = "depth" }}
end = true
"""


async def at_the_inner_question(database, keyring) -> Town:
    town = await Town.build(database, keyring, also=[OUTER, INNER])
    await town.schedule("Isla", "outer", "daily at 09:30")
    await town.wait(minutes=1)
    assert "One?" in town.phone("Isla").last
    await town.texts("Isla", "yes")
    assert "How deep" in town.phone("Isla").last
    return town


async def test_the_answer_comes_back_to_the_flow_that_called(database, keyring):
    town = await at_the_inner_question(database, keyring)
    await town.texts("Isla", "2")
    assert town.phone("Isla").last == "That is low."
    kept = {(row["flow"], row["name"]) for row in await rows(town, answers)}
    assert kept == {("outer", "one"), ("inner", "depth")}


async def test_a_question_of_a_called_flow_is_reminded_of_and_may_be_answered_late(database, keyring):
    town = await at_the_inner_question(database, keyring)
    town.phone("Isla").new()
    await town.wait(hours=3)
    assert "How deep" in town.phone("Isla").last
    await town.wait(hours=5)
    await town.texts("Isla", "7")
    assert town.phone("Isla").last == "That is fine."


async def test_stop_ends_both(database, keyring):
    town = await at_the_inner_question(database, keyring)
    await town.texts("Isla", "stop please")
    await town.texts("Isla", "7")
    assert not any("fine" in text for text in town.phone("Isla").new()[-1:])
