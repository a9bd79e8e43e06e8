"""Nothing of words, names, numbers or tokens reaches a log: canaries in everything that may be logged."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from bot.channels.base import Outgoing
from bot.channels.sms.client import SmsChannel
from bot.channels.telegram.client import TelegramChannel
from bot.logs import ALLOWED, configure, logger
from tests.world.servers import TelegramServer, TwilioServer

ROW = UUID("0198f2c4-7a31-7c55-9a01-5d7b1f0a2c3d")
CANARIES = ("I want to die", "Isla", "Example", "+447700900123", "447700900123", "7000000123", "AAH-token-AAH", "k7pin")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator["Lines"]:
    """Logging as `blether run` sets it up, into memory; undone afterwards."""
    root, factory, raising = logging.getLogger(), logging.getLogRecordFactory(), logging.raiseExceptions
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in root.manager.loggerDict}
    for hooked in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook"), (warnings, "showwarning")):
        monkeypatch.setattr(*hooked, getattr(*hooked))
    stream = Lines()
    configure("DEBUG", stream=stream, console=False)
    yield stream
    configure("INFO", stream=None, console=False)
    logging.captureWarnings(False)
    logging.setLogRecordFactory(factory)
    logging.raiseExceptions = raising
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


class Lines(io.StringIO):
    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.all[-1]

    def are_clean(self) -> bool:
        return not [canary for canary in CANARIES if canary in self.getvalue()]


def in_trouble() -> Exception:
    try:
        try:
            raise ValueError("Isla said I want to die")
        except ValueError as fault:
            raise RuntimeError(f"no answer from {CANARIES}") from fault
    except RuntimeError as fault:
        return fault


def test_a_line_of_ours_keeps_what_is_safe(lines: Lines) -> None:
    logger("delivery").warning("send.failed", account="sms", message_id=ROW, attempt=2, seconds=1.5, error="TimedOut")
    line = lines.last
    assert line.pop("time").endswith(("Z", "+00:00"))
    assert line == {
        "event": "send.failed", "level": "warning", "logger": "delivery", "account": "sms", "message_id": str(ROW),
        "attempt": 2, "seconds": 1.5, "error": "TimedOut",
    }  # fmt: skip


@pytest.mark.parametrize("key", ["text", "name", "phone", "to", "sender", "token", "body", "url", "first_name", "chat"])
def test_a_key_that_is_not_known_is_left_out_and_counted(lines: Lines, key: str) -> None:
    logger("delivery").info("send.failed", **{key: "Isla"})
    assert key not in lines.last
    assert lines.last["left_out"] == 1


@pytest.mark.parametrize(
    "value",
    ["+447700900123", "447700900123", 447700900123, "I want to die", "100200300:AAH-token-AAH", 7000000123, None, {},
     "isla.447700900123", b"Isla", ["I want to die"], "é", "a\nb", "0123456789abcdef0123456789abcdef"],
)  # fmt: skip
def test_no_known_key_lets_a_number_a_token_or_a_sentence_through(lines: Lines, value: object) -> None:
    keys = sorted(ALLOWED.keys() - {"event", "level", "time", "logger"})
    logger("delivery").info("send.failed", **dict.fromkeys(keys, value))
    assert lines.last.keys() == {"event", "level", "time", "logger", "left_out"}
    assert lines.last["left_out"] == len(keys)


@pytest.mark.parametrize("event", ["I want to die", "+447700900123", "Isla", "person 7000000123", ""])
def test_an_event_is_a_fixed_name(lines: Lines, event: str) -> None:
    logger("delivery").info(event)
    assert lines.last["event"] == "unnamed"
    assert lines.are_clean()


def test_an_error_is_its_class_its_causes_class_and_places(lines: Lines) -> None:
    logger("delivery").error("send.failed", exc_info=in_trouble())
    line = lines.last
    assert (line["error"], line["cause"]) == ("RuntimeError", "ValueError")
    assert all(place.startswith("bot/test_logs.py:") for place in line["trace"])
    assert lines.are_clean()


def test_an_exception_being_handled_is_found(lines: Lines) -> None:
    try:
        raise in_trouble()
    except RuntimeError:
        logger("delivery").exception("send.failed")
    assert lines.last["error"] == "RuntimeError"
    assert lines.are_clean()


@pytest.mark.parametrize(
    "name",
    ["httpx", "telegram.Bot", "telegram.request.BaseRequest", "twilio.http_client", "twilio.async_http_client",
     "uvicorn", "uvicorn.error", "uvicorn.access", "aiohttp.client", "sqlalchemy.engine.Engine", "asyncio", "root",
     "something.new", "bot.conversation"],
)  # fmt: skip
def test_a_library_keeps_its_name_its_place_and_the_class_of_its_error(lines: Lines, name: str) -> None:
    speaker = logging.getLogger(name)
    speaker.setLevel(logging.DEBUG)
    speaker.info("GET /bot%s from %s", "100200300:AAH-token-AAH", "Isla Example")
    speaker.error("%(text)s", {"text": "I want to die"}, extra={"phone": "+447700900123"}, stack_info=True)
    speaker.error("+447700900123", exc_info=in_trouble())
    last = lines.last
    assert (last["event"], last["logger"], last["level"]) == ("library", name.lower(), "error")
    assert (last["error"], last["cause"]) == ("RuntimeError", "ValueError")
    assert last["at"].startswith("bot/test_logs.py:")
    assert len(lines.all) == 3
    assert lines.are_clean()


def test_a_handler_that_a_library_brings_along_gets_nothing_either(lines: Lines) -> None:
    own, stream = logging.getLogger("its.own"), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s %(exc_text)s"))
    own.addHandler(handler)
    own.error("I want to die, says %s", "Isla", exc_info=in_trouble())
    own.removeHandler(handler)
    assert not [canary for canary in CANARIES if canary in stream.getvalue()]


def test_a_record_that_cannot_be_formatted_prints_nothing(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("broken").error("Isla %d", "I want to die")
    assert capsys.readouterr() == ("", "")
    assert lines.are_clean()


async def test_httpx_does_not_write_the_token_in_an_address(lines: Lines) -> None:
    logging.getLogger("httpx").setLevel(logging.INFO)
    transport = httpx.ASGITransport(Starlette())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get("/bot100200300:AAH-token-AAH/getMe")
    assert [line["logger"] for line in lines.all if line["logger"] == "httpx"] == ["httpx"]
    assert lines.are_clean()


async def test_the_providers_clients_write_no_token_number_or_word(lines: Lines) -> None:
    phone, words = "+447700900123", "I want to die, says Isla"
    async with TelegramServer() as telegram, TwilioServer() as twilio:
        channels = [
            TelegramChannel("main", telegram.token, telegram.url),
            SmsChannel("sms", twilio.account_sid, twilio.auth_token, twilio.url, "http://127.0.0.1:1/status",
                       from_number=twilio.number),
        ]  # fmt: skip
        for name in ("httpx", "httpcore", "telegram", "twilio", "aiohttp", "asyncio"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        await twilio.fail("truncated")
        await telegram.fail("bad_gateway")
        isla = await telegram.user("Isla", started=True)
        for channel in channels:
            for _ in range(2):
                await channel.send(Outgoing(ROW, str(isla) if channel.style == "telegram" else phone, words))
            await channel.close()
        written = lines.getvalue()
        assert {"httpx", "telegram.bot", "twilio.async_http_client"} <= {line["logger"] for line in lines.all}
        secrets = (telegram.token, telegram.token.partition(":")[2], twilio.auth_token, twilio.account_sid, str(isla))
        assert not [
            canary for canary in (*secrets, phone, phone[1:], twilio.number, "Isla", "die") if canary in written
        ]


async def test_a_task_whose_error_nobody_looked_at_says_no_words(lines: Lines) -> None:
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": "I want to die", "exception": in_trouble(), "task": "Isla"})
    assert lines.last["error"] == "RuntimeError"
    assert lines.are_clean()


def test_errors_that_nobody_caught_say_no_words(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    fault = in_trouble()
    sys.excepthook(type(fault), fault, fault.__traceback__)
    thread_args = threading.ExceptHookArgs((type(fault), fault, fault.__traceback__, None))
    threading.excepthook(thread_args)
    assert [line["event"] for line in lines.all] == ["uncaught", "uncaught"]
    assert capsys.readouterr().err == ""
    assert lines.are_clean()


def test_warnings_say_no_words(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("Isla said I want to die", stacklevel=1)
    assert lines.last["logger"] == "py.warnings"
    assert lines.are_clean()


def test_context_is_held_to_the_same_list(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(account="main", phone="+447700900123"):
        logger("delivery").info("send.failed")
    assert lines.last["account"] == "main"
    assert lines.are_clean()


def test_any_structlog_logger_is_held_to_the_same_list(lines: Lines) -> None:
    structlog.get_logger().info("send.failed", name="Isla", count=3)
    assert lines.last["count"] == 3
    assert lines.are_clean()


def test_a_terminal_gets_the_same_in_a_form_easier_to_read(lines: Lines) -> None:
    configure("INFO", stream=lines, console=True)
    logger("delivery").error("send.failed", account="sms", name="Isla", exc_info=in_trouble())
    assert "send.failed" in lines.getvalue()
    assert "account=sms" in lines.getvalue()
    assert lines.are_clean()


def test_lines_below_the_level_are_not_written(lines: Lines) -> None:
    configure("WARNING", stream=lines, console=False)
    logger("delivery").info("send.failed")
    logging.getLogger("something").info("x")
    assert lines.getvalue() == ""


def test_before_it_is_set_up_a_line_goes_to_standard_error_by_the_same_list(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger("delivery").warning("send.failed", name="Isla", account="sms")
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["account"] == "sms"
    assert "Isla" not in err
