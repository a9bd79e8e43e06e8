"""Nothing of names, numbers, words or tokens in the raw bytes of the database, the log or an error."""

import base64
import io
import logging
import traceback
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot import logs
from bot.channels.base import Unreadable
from storage.columns import metadata
from storage.database import Database
from storage.keys import Keys
from storage.people import load_people
from storage.tables import people
from storage.viewing import System
from tests.world.rows import alerts_to, rows, set_aside
from tests.world.town import Resident, Town

NAMES = ("Canarina", "Kanarienvogel", "Serinus")
NUMBERS = ("447700900771", "447700900772", "447700900773", "88100771")
WORDS = ("zeisigwort", "finkenschlag", "goldammer", "rohrspatz", "stieglitz")
CANARIES = (*NAMES, *NUMBERS, *WORDS)

TOWN = [
    Resident("Canarina", ("service_user",), (("sms", "+447700900771"),), last_name="Zitronengirlitz"),
    Resident("Kanarienvogel", ("peer_worker",), (("main", "88100771"),), last_name="Bluthaenfling"),
    Resident("Serinus", ("supervisor",), (("sms", "+447700900772"),), key="first"),
    Resident("Ewan", ("supervisor", "coordinator"), (("sms", "+447700900773"),), key="ewan"),
]
DIARY = """
id = "diary"
version = 1
title = "Diary"
audience = "service_user"
language = "en-GB"
[reply]
within = "6h"
nudges = ["2h"]
attempts = 2
[[steps]]
id = "q"
ask = "Anything to say, {{ person.first_name }}?"
answer = { type = "text", save = "said" }
next = "thanks"
[[steps]]
id = "thanks"
do = [{ action = "escalate", policy = "concern", reason = "said something", share = ["said"] }]
say = "You said {{ said }}."
end = true
"""


async def whole_story(town: Town) -> None:
    """Words in every place where words can go."""
    await town.schedule("Canarina", "diary", "daily at 09:30", missed=[{"in_a_row": 2, "policy": "gone-quiet"}])
    await town.schedule("Kanarienvogel", "peer-wellness", "daily at 09:30")
    await town.wait(minutes=1)
    await town.texts("Canarina", "zeisigwort is how it is")
    await town.texts("Kanarienvogel", "2")
    await town.wait(minutes=20)
    code = (await alerts_to(town, "Ewan"))[0]["code"]
    await town.texts("Ewan", f"3 {code}")
    await town.texts("Ewan", f"done {code} finkenschlag, spoke to her")
    await town.texts("Canarina", "goldammer, I want to kill myself")
    await town.comes_in("sms", "+447700900774", "rohrspatz")
    town.serial += 1
    await town.inbox.take_in([Unreadable("main", f"in-{town.serial}", '{"text": "stieglitz"}', "KeyError", "88100771")])
    town.phone("Serinus").behave("refusing", fact="blocked")
    await town.wait(hours=30)
    await town.texts("Canarina", "stop please")


def every_value(connection: Connection) -> bytes:
    """Every column of every row of every table, as bytes."""
    found: list[bytes] = []
    for table in metadata.tables.values():
        for row in connection.execute(select(table)):
            found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(found)


def seen(content: bytes) -> list[str]:
    """Canaries in these bytes, plain, as UTF-16 or in base 64."""
    lower = content.lower()
    return [
        one
        for one in CANARIES
        if one.lower().encode() in lower
        or one.encode("utf-16-le") in content
        or base64.b64encode(one.encode())[:-4] in content
    ]


async def test_no_column_of_any_table_holds_a_canary(database, keyring):
    town = await Town.build(database, keyring, residents=TOWN, also=[DIARY])
    await whole_story(town)
    assert len(town.phone("Canarina").texts) > 4
    assert seen(await database.read(every_value)) == []


def bytes_of(file: Path) -> dict[str, bytes]:
    """The database file and what lies beside it, by the end of the name."""
    return {one.name: one.read_bytes() for one in file.parent.iterdir() if one.name.startswith(file.name)}


async def test_no_byte_of_the_database_file_holds_a_canary(sqlite_url, keyring):
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    database = Database.open(sqlite_url)
    town = await Town.build(database, keyring, residents=TOWN, also=[DIARY])
    await whole_story(town)
    found = bytes_of(file)
    assert any(name.endswith("-wal") and content for name, content in found.items())
    assert seen(b"".join(found.values())) == []
    await database.close()
    assert seen(b"".join(bytes_of(file).values())) == []


def test_the_search_for_canaries_finds_them():
    assert seen(b"..." + b"ZeisigWort" + "Serinus".encode("utf-16-le")) == ["Serinus", "zeisigwort"]


@pytest.fixture
def log():
    """What is logged, with everything of logging put back afterwards."""
    factory, raising = logging.getLogRecordFactory(), logging.raiseExceptions
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("DEBUG", stream=stream, console=False)
    yield stream
    logging.setLogRecordFactory(factory)
    logging.raiseExceptions = raising
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level
    logs._output.stream = None


async def test_no_line_of_the_log_holds_a_canary(database, keyring, log, monkeypatch):
    town = await Town.build(database, keyring, residents=TOWN, also=[DIARY])
    await whole_story(town)

    def fails(batch, incoming, at):
        raise ValueError(f"invalid literal: {incoming.text!r} of {incoming.sender}")

    monkeypatch.setattr("bot.conversation.work.came_in", fails)
    await town.texts("Kanarienvogel", "goldammer")
    assert await set_aside(town) == ["inbound: KeyError", "inbound: ValueError"]
    assert "event.set_aside" in log.getvalue()
    assert seen(log.getvalue().encode()) == []


async def test_the_quarantine_keeps_the_class_of_an_error_and_not_its_text(database, keyring, monkeypatch):
    town = await Town.build(database, keyring, residents=TOWN)

    def fails(batch, incoming, at):
        raise ValueError(incoming.text)

    monkeypatch.setattr("bot.conversation.work.came_in", fails)
    await town.texts("Canarina", "goldammer")
    assert seen(await database.read(every_value)) == []


async def test_an_error_of_the_database_tells_no_value(database, keyring):
    town = await Town.build(database, keyring, residents=TOWN)
    [row] = await rows(town, people, id=town.ids["Canarina"])

    def twice(connection) -> None:
        connection.execute(people.insert().values(**{**row, "language": WORDS[2], "zone": NUMBERS[0]}))

    with pytest.raises(Exception, match="people") as caught:
        await database.run(twice)
    told = "".join(traceback.format_exception(caught.value))
    assert seen(told.encode()) == []


async def test_what_is_written_out_of_records_in_an_error_is_never_logged(database, keyring, log):
    town = await Town.build(database, keyring, residents=TOWN)
    person = None

    def fails(connection) -> None:
        nonlocal person
        person = load_people(connection, Keys(keyring, connection), System("a test"), [town.ids["Canarina"]])
        raise ValueError(str(person))

    with pytest.raises(ValueError, match="Canarina"):
        await database.run(fails)
    logs.logger("test").error("test.failed", error="ValueError", exc_info=ValueError(str(person)))
    assert "test.failed" in log.getvalue()
    assert seen(log.getvalue().encode()) == []
