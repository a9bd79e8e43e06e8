"""What may be touched in one place only: clocks, chance, the environment, dialects, output, provider codes."""

import ast
import re
import tomllib

from tests.house.source import ROOT, Module, production, strings, uses

CLOCKS = re.compile(
    r"""(datetime\.)?datetime\.(now|utcnow|today) | datetime\.date\.today
    | time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|process_time|sleep|localtime|gmtime)
    | asyncio\.(sleep|timeout_at) | uuid\.uuid(1|4|6|7)
    """,
    re.VERBOSE,
)
LOOP_CLOCKS = {"call_at", "call_later"}
DIALECTS = re.compile(r"sqlite|postgres|psycopg")  # as code writes them; words to people say SQLite and PostgreSQL
ADDRESS_FORMS = "bot/settings/"  # checks how a database's address is written, and says so
DIALECT_FILES = (
    "storage/claims.py",
    "storage/conversions.py",
    "storage/engines.py",
    "storage/holding.py",
    "storage/sets.py",
    ADDRESS_FORMS,
)
CODE_TABLES = ("bot/channels/sms/codes.py", "bot/channels/telegram/codes.py")


def found(module: Module, pattern: re.Pattern[str]) -> list[str]:
    return [f"{module.place(node)} {name}" for node, name in uses(module) if pattern.fullmatch(name)]


def test_clocks_are_read_and_slept_by_in_clock_py_only():
    strays = [one for module in production() if not module.within("bot/clock.py") for one in found(module, CLOCKS)]
    assert strays == []


def test_no_event_loop_is_asked_for_the_time_or_to_call_later():
    strays = [
        f"{module.place(node)} {ast.unparse(node)}"
        for module in production()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and (node.attr in LOOP_CLOCKS or (node.attr == "time" and "loop" in ast.unparse(node.value)))
    ]
    assert strays == []


def test_the_test_for_clocks_knows_one_when_it_sees_it():
    text = "import time as t\nfrom datetime import datetime\nfrom asyncio import sleep\n"
    text += "t.monotonic()\ndatetime.now()\nsleep(1)\nbatch.now()\n"
    assert len(found(Module("x.py", text, ast.parse(text)), CLOCKS)) == 3


def test_the_environment_is_read_in_settings_only():
    environment = re.compile(r"os\.(environ|environb|getenv|getenvb|putenv)(\..*)?")
    strays = [
        one for module in production() if not module.within("bot/settings/") for one in found(module, environment)
    ]
    assert strays == []


def test_dialects_are_named_in_few_files_of_storage_only():
    """SQL in `claims.py` and `sets.py`, values in `conversions.py`, engines in `engines.py`, the lock beside a file in
    `holding.py`. A partial index takes its
    condition under a keyword for each dialect, and an address has to begin with something: those are not branches.
    """
    strays = [
        f"{module.place(node)} {node.value[:40]!r}"
        for module in production()
        if not module.within(*DIALECT_FILES)
        for node in strings(module)
        if DIALECTS.search(node.value) and not is_allowed(module, node.value)
    ]
    assert strays == []


def is_allowed(module: Module, text: str) -> bool:
    """`storage/database.py` opens SQLite's one writer apart."""
    return "://" in text or (module.within("storage/database.py") and text == "sqlite")


def test_dialect_packages_are_imported_in_two_files_only():
    pattern = re.compile(r"(sqlalchemy\.dialects|sqlite3|psycopg)(\..*)?")
    strays = [one for module in production() if not module.within(*DIALECT_FILES) for one in found(module, pattern)]
    assert strays == []


def test_nothing_prints():
    calls = [
        module.place(node)
        for module in production()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "breakpoint")
    ]
    assert calls == []


def test_standard_output_is_for_the_command_line_only():
    pattern = re.compile(r"sys\.(stdout|__stdout__)(\..*)?|typer\.(echo|secho)|rich\.print")
    allowed = ("bot/cli/", "bot/demo/", "bot/settings/reference.py", "storage/migrations/__main__.py")
    strays = [one for module in production() if not module.within(*allowed) for one in found(module, pattern)]
    assert strays == []


def test_providers_codes_stand_in_their_tables_only():
    """Twilio's five digits by number or text; a size or a port of five digits has to be written as a sum or with _."""
    strays = [
        f"{module.place(node)} {node.value!r}"
        for module in production()
        if not module.within(*CODE_TABLES)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and is_code(module, node)
    ]
    assert strays == []


def is_code(module: Module, node: ast.Constant) -> bool:
    five_digits = re.compile(r"[236]\d{4}")
    if isinstance(node.value, str):
        return five_digits.fullmatch(node.value) is not None
    if not isinstance(node.value, int) or not 20_000 <= node.value < 70_000 or node.value == 65_535:
        return False
    return five_digits.fullmatch(ast.get_source_segment(module.text, node) or "") is not None


def test_telegrams_descriptions_stand_in_their_table_only():
    sayings = re.compile(r"bot was blocked|user is deactivated|chat not found|can't initiate|kicked from", re.I)
    strays = [
        f"{module.place(node)} {node.value!r}"
        for module in production()
        if not module.within("bot/channels/telegram/")
        for node in strings(module)
        if sayings.search(node.value)
    ]
    assert strays == []


PURE = re.compile(r"★|\b[Pp]ure\.")


def held_to_be_pure() -> tuple[str, ...]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return tuple(next(one for one in contracts if one["id"] == "pure")["source_modules"])


def test_every_module_that_calls_itself_pure_is_held_to_it():
    listed = held_to_be_pure()
    loose = [
        module.path
        for module in production()
        if PURE.search(ast.get_docstring(module.tree) or "")
        and not any(module.dotted == name or module.dotted.startswith(f"{name}.") for name in listed)
    ]
    assert loose == [], "add it to [tool.importlinter] in pyproject.toml, contract `pure`"


def test_the_list_of_pure_modules_names_only_modules_that_are_there():
    there = {module.dotted for module in production()}
    assert [name for name in held_to_be_pure() if name not in there] == []
