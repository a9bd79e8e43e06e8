"""The two addresses: who is called when, and that no trouble of theirs is ours."""

import io
import json
from dataclasses import replace

import httpx
import pytest

from bot import logs
from bot.settings.model import WatchingSettings
from bot.watching.calling import STUCK, Caller, what_is_stuck
from storage.gauges import Stand
from storage.tables.messages import CLASSES

BEAT, FAIL = "https://watch.example.org/ping/canary-of-beat?x=1", "https://watch.example.org/fail/canary"
WELL = Stand({}, {"crisis": 5.0, "check-in": 1_700.0}, 0, {}, 0, 0.0, {}, 0, 0.0, {"schedule": 3.0})


@pytest.fixture
def log(monkeypatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(logs._output, "stream", stream)
    monkeypatch.setattr(logs._output, "console", False)
    return stream


class Outside:
    """Whoever is called."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.requests: list[httpx.Request] = []
        self.status: int | Exception = 200
        self.stand: Stand | Exception = WELL
        self.alive = self.leading = True

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(str(request.url))
        self.requests.append(request)
        if isinstance(self.status, Exception):
            raise self.status
        return httpx.Response(self.status, text="thank you")

    async def look(self) -> Stand:
        if isinstance(self.stand, Exception):
            raise self.stand
        return self.stand

    async def leads(self) -> bool:
        return self.leading

    def caller(self, **urls: str) -> Caller:
        settings = WatchingSettings(**(urls or {"heartbeat_url": BEAT, "failing_url": FAIL}))
        return Caller(settings, self.look, lambda: self.alive, self.leads, httpx.MockTransport(self.answer))


@pytest.fixture
def outside() -> Outside:
    return Outside()


def changed(**values) -> Stand:
    return replace(WELL, **values)


async def test_a_heartbeat_while_all_is_well_with_nothing_in_it(outside):
    await outside.caller().round()
    assert outside.calls == [BEAT]
    [request] = outside.requests
    assert (request.method, request.content) == ("GET", b"")
    assert request.headers["user-agent"] == "blether"


@pytest.mark.parametrize(
    "stand",
    [
        ConnectionError(),
        changed(late={"crisis": 121.0}),
        changed(late={"escalation": 121.0}),
        changed(late={"reply": 601.0}),
        changed(late={"check-in": 7_201.0}),
        changed(overdue={"escalation": 121.0}),
        changed(overdue={"session": 901.0}),
    ],
    ids=lambda stand: type(stand).__name__ if isinstance(stand, Exception) else str(stand.late | stand.overdue),
)
async def test_no_heartbeat_when_the_database_is_away_or_something_is_stuck(outside, log, stand):
    outside.stand = stand
    await outside.caller().round()
    assert outside.calls == []
    assert json.loads(log.getvalue())["event"] == "heartbeat.withheld"


async def test_no_heartbeat_when_a_loop_died(outside, log):
    outside.alive = False
    await outside.caller().round()
    assert outside.calls == []
    assert json.loads(log.getvalue())["stage"] == "loops"


def test_every_class_of_message_can_be_stuck():
    assert set(STUCK) == set(CLASSES)
    assert what_is_stuck(WELL) == []


async def test_the_failing_address_is_called_while_nobody_answers(outside):
    outside.stand = changed(unanswered=1)
    caller = outside.caller()
    await caller.round()
    await caller.round()
    outside.stand = WELL
    await caller.round()
    assert outside.calls == [BEAT, FAIL, BEAT, FAIL, BEAT]


async def test_of_several_processes_one_calls_the_failing_address(outside):
    outside.stand, outside.leading = changed(unanswered=1), False
    await outside.caller().round()
    assert outside.calls == [BEAT]


async def test_an_unanswered_escalation_keeps_no_heartbeat_back_and_no_dead_loop_the_other_call(outside):
    outside.stand, outside.alive = changed(unanswered=1), False
    await outside.caller().round()
    assert outside.calls == [FAIL]


@pytest.mark.parametrize("trouble", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), 404, 503, 302])
async def test_trouble_outside_is_logged_without_the_address(outside, log, trouble):
    outside.status = trouble
    caller = outside.caller()
    await caller.round()
    await caller.round()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len(outside.calls) == 2
    if trouble != 302:  # somebody moved it and still hears us
        assert {line["event"] for line in lines} <= {"call.failed", "call.refused"}
        assert len(lines) == 2
    assert "canary" not in log.getvalue()
    assert [line for line in lines if "left_out" in line] == []


async def test_addresses_are_optional(outside):
    assert not Caller(WatchingSettings(), outside.look, lambda: True).wanted
    outside.stand = changed(unanswered=1)
    await outside.caller(heartbeat_url=BEAT).round()
    await outside.caller(failing_url=FAIL).round()
    assert outside.calls == [BEAT, FAIL]


async def test_connections_are_given_back(outside):
    caller = outside.caller()
    await caller.round()
    await caller.close()
    await caller.close()
    await caller.round()
    await caller.close()
    assert len(outside.calls) == 2
