"""What may stand in a log: an allow-list, so that words, names, numbers and tokens cannot.

- Our own loggers (`logger(name)`) pass named keys only, each with the form that its value must have; everything else is
  left out and counted in `left_out`. The event is a fixed name like `poll.failed`.
- Everybody else's records (httpx logs addresses with the bot's token in them, uvicorn paths, telegram and twilio whole
  requests) lose message and arguments where they are made; logger, level, place in the code and the error's class stay.
- Tracebacks become places (`file.py:12`) and class names. The text of an exception is never written.

JSON lines on standard error; in a terminal the same, easier to read.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, TextIO, cast
from uuid import UUID

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

QUIET = (
    "httpx",
    "httpcore",
    "telegram",
    "twilio",
    "aiohttp",
    "uvicorn.access",
    "sqlalchemy",
    "asyncio",
    "apscheduler",
    "alembic",
)

_EVENT = re.compile(r"[a-z][a-z_.-]{0,59}", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}", re.ASCII)
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,24}", re.ASCII)
_LONG_NUMBER = re.compile(r"[0-9]{6}")  # a provider's code has five digits; a phone number or a chat id has more
_CHAIN = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PLACE = re.compile(r"[\w./-]{1,80}:[0-9]{1,6}", re.ASCII)


def _matches(form: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _short_of_digits(form: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: _matches(form)(value) and _LONG_NUMBER.search(str(value)) is None


def _is_id(value: object) -> bool:
    if isinstance(value, UUID):
        return True
    try:
        # With its dashes only: 32 hex digits alone are also what an auth token looks like.
        return isinstance(value, str) and value.count("-") == 4 and bool(UUID(value))
    except ValueError:
        return False


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < 1_000_000


def _is_entry_number(value: object) -> bool:
    """Entries are counted on for years; a phone number has more digits."""
    return type(value) is int and 0 <= value < 1_000_000_000


def _is_places(value: object) -> bool:
    return isinstance(value, list) and all(_matches(_PLACE)(item) for item in cast("list[object]", value))


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, datetime) or (isinstance(value, str) and bool(datetime.fromisoformat(value)))
    except ValueError:
        return False


_CLASSES = ("error", "cause", "reason")
_NAMES = (
    "level logger account kind state status outcome channel flow step policy schedule severity fact mode queue "
    "database signal stage table"
)
_IDS = (
    "id message_id outbox_id inbound_id person_id address_id session_id schedule_id occurrence_id escalation_id "
    "alert_id team_id member_id import_id entry_id"
)
_AMOUNTS = (
    "count attempt attempts seconds milliseconds size rows line port position failures waiting version left_out parts "
    "options workers pid revision_number number_of_people"
)
_TIMES = ("time", "due_at", "not_after", "since", "until", "now")

ALLOWED: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(_CLASSES, _matches(_CLASS)),
    "event": _matches(_EVENT),
    **dict.fromkeys(_NAMES.split(), _short_of_digits(_NAME)),
    **dict.fromkeys(_IDS.split(), _is_id),
    **dict.fromkeys(_AMOUNTS.split(), _is_amount),
    **dict.fromkeys(_TIMES, _is_time),
    "code": _short_of_digits(_CODE),
    "chain": _matches(_CHAIN),
    "entry_number": _is_entry_number,
    "at": _matches(_PLACE),
    "trace": _is_places,
}


def allow_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the keys that are known and have the form they must have; count the rest in `left_out`."""
    kept = {key: _plain(value) for key, value in event.items() if key in ALLOWED and ALLOWED[key](value)}
    left_out = len(event) - len(kept)
    kept.setdefault("event", "unnamed")
    return {**kept, "left_out": left_out} if left_out else kept


def reduce_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn `exc_info` into the error's class, its cause's class and the places it went through."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    fault = given if isinstance(given, BaseException) else None
    if fault is None and isinstance(given, tuple):
        fault = cast("tuple[object, BaseException | None, object]", given)[1]
    elif fault is None and given:
        fault = sys.exc_info()[1]
    return {**event, **described(fault)} if fault is not None else event


def described(fault: BaseException) -> dict[str, object]:
    """An error as it may be logged: classes and places, never its text."""
    origin = fault.__cause__ or fault.__context__
    cause = {"cause": type(origin).__name__} if origin is not None else {}
    return {"error": type(fault).__name__, **cause, "trace": places(fault.__traceback__)}


def places(trace: TracebackType | None) -> list[str]:
    """The last ten places of a traceback, outermost first, as `folder/file.py:12`."""
    frames = traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)[-10:]
    return [f"{_short(frame.filename)}:{frame.lineno or 0}" for frame in frames]


def _short(filename: str) -> str:
    return re.sub(r"[^\w./-]", "_", "/".join(filename.replace("\\", "/").split("/")[-2:]), flags=re.ASCII)[-70:]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


class _Output:
    """Where lines go; set once by `configure`, standard error as JSON until then."""

    def __init__(self) -> None:
        self.stream: TextIO | None = None
        self.console = False
        self.level = logging.INFO
        self._lock = threading.Lock()
        self._json = structlog.processors.JSONRenderer()
        self._readable = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=28)

    def render(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        event["level"] = method
        renderer = self._readable if self.console else self._json
        return str(renderer(logger, method, event))

    def write(self, line: str) -> None:
        with self._lock:
            stream = self.stream or sys.stderr
            stream.write(line + "\n")
            stream.flush()


_output = _Output()
_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
_PROCESSORS = [structlog.contextvars.merge_contextvars, reduce_error, _stamp, allow_only]


class _Line:
    """What structlog hands finished lines to, one method a level."""

    def msg(self, line: str) -> None:
        """Write one line."""
        _output.write(line)

    debug = info = warning = error = critical = exception = fatal = warn = log = msg


def _render(logger: WrappedLogger, method: str, event: EventDict) -> str:
    if logging.getLevelNamesMapping()[method.upper()] < _output.level:
        raise structlog.DropEvent
    return _output.render(logger, method, event)


def logger(name: str) -> FilteringBoundLogger:
    """A logger of ours, safe before `configure` too: `_log.info("poll.failed", account="main", error="TimedOut")`."""
    return cast(
        "FilteringBoundLogger",
        structlog.wrap_logger(
            _Line(),
            processors=[*_PROCESSORS, _render],
            wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
            cache_logger_on_first_use=False,
        ).bind(logger=name),
    )


class BareRecord(logging.LogRecord):
    """A record of the standard library's logging without message, arguments or the error's text, whoever makes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.msg, self.args, self.stack_info = "", None, None
        fault = self.exc_info[1] if self.exc_info else None
        self.exc_info, self.exc_text = None, None
        self.fault: dict[str, object] = described(fault) if fault is not None else {}


class _Foreign(logging.Handler):
    """Everybody else's records, as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write where a record came from and of what class its error was."""
        event: EventDict = {
            "event": "library",
            "logger": record.name.lower(),
            "at": f"{_short(record.pathname)}:{record.lineno}",
            **getattr(record, "fault", {}),
        }
        method = record.levelname.lower()
        try:
            _output.write(_output.render(None, method, allow_only(None, method, _stamp(None, method, event))))
        except Exception:
            self.handleError(record)


def configure(level: str = "INFO", *, stream: TextIO | None = None, console: bool | None = None) -> None:
    """Set logging up for the whole process: call it first, before any library is given a chance to log.

    `level` is DEBUG, INFO, WARNING, ERROR or CRITICAL; `stream` defaults to standard error; `console` (easier to read)
    defaults to whether the stream is a terminal. Start uvicorn with `log_config=None`.
    """
    _output.stream = stream
    _output.console = (stream or sys.stderr).isatty() if console is None else console
    _output.level = logging.getLevelNamesMapping()[level]
    logging.setLogRecordFactory(BareRecord)
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [_Foreign()]
    root.setLevel(_output.level)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, _output.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*_PROCESSORS, _render],
        logger_factory=lambda *_: _Line(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _uncaught
    threading.excepthook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
    sys.unraisablehook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def _uncaught(kind: type[BaseException], fault: BaseException | None, _trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    known = described(fault) if fault is not None else {"error": kind.__name__, "trace": []}
    logger("uncaught").critical("uncaught", **known)
