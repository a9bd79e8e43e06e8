"""The reference of every setting, as Markdown, made from the models.

`python -m bot.settings.reference > docs/configuration.md`
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pydantic.fields import FieldInfo

from bot.escalation.durations import write_duration
from bot.escalation.policy import RESPONDERS
from bot.escalation.shipped import shipped_policies
from bot.settings.environment import STOPPING_POINTS
from bot.settings.model import LISTS, SECRETS, SECTIONS, Table
from bot.settings.tables import inner_table

_HEAD = """# Configuration

<!-- Made by `python -m bot.settings.reference > docs/configuration.md`; a test compares it with the settings. -->

blether reads one TOML file. `config.example.toml` holds every setting with comments: copy it to `config.toml`.

- **Paths** are relative to the file's folder.
- **Secrets** may stand in a file of their own: `token_file = "secrets/telegram"` in place of `token = "…"`. Both are
  an error, as is an empty file. The file holds the secret as text; space around it is left out.
- **The environment wins.** `BLETHER__SECTION__KEY` replaces a value of a table with single brackets:
  `BLETHER__WEB__PORT=8080`, `BLETHER__TELEGRAM__TOKEN_FILE=/run/secrets/telegram`. Lists are written with commas. A
  section that only the environment names is there, so a channel can be switched on by it.
- **Lengths of time** are whole numbers with `d`, `h`, `m`, `s`: `"15m"`, `"4h"`, `"1h30m"`. A day is 24 hours.
- **Phones** are written with their country: `"+447700900123"`. A sender is a number, never letters: nobody could reply.
- **Keys** have small letters, digits, `-` and `_`, 40 at most.
- The file is read when blether starts. Its teams, supervisors, policies and schedules are written to the database by
  `key` or `id`; one taken out of the file ends there, with an audit entry, and deletes nothing.

When something is wrong, all of it is named and nothing starts. A value is never repeated, as it may be a secret:

    config.toml:14: telegram.mode: not one of the names that are known; did you mean 'polling'?
    config.toml:31: teams.zone: unknown time zone; did you mean 'Europe/London'?
    BLETHER__WEB__PRT: web.prt: unknown key; did you mean 'port'?
"""

_HOURS = """## Hours

`staffed` is days and hours by the team's clock: `mon-fri 09:00-17:00`. Parts go by commas, and a day may have several:
`mon-thu 09:00-12:30, mon-thu 13:30-17:00, fri 09:00-12:30`. An end at or before its start is on the next day
(`fri 18:00-02:00`); a whole day is `00:00-24:00`. Bank holidays of the region are left out, but not from `always`.
From these hours come the sentences that tell people when somebody is in, so keep them true.

`quiet` is one stretch, over midnight if it ends before it begins: `21:00-09:00`. Replies, alerts and crisis
texts do not wait.
"""


def reference() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name, model in SECTIONS.items():
        parts.append(_section(f"[{name}]", model, SECRETS.get(name, ())))
    for name, model in LISTS.items():
        parts.append(_section(f"[[{name}]]", model, ()))
        parts.extend(_inner(name, model))
    return "\n".join([*parts, _HOURS, _policies(), _switches()])


def _section(title: str, model: type[Table], secrets: tuple[str, ...]) -> str:
    rows = [_row(name, info, secret=name in secrets) for name, info in model.model_fields.items()]
    head = [
        f"## `{title}`",
        "",
        (model.__doc__ or "").strip(),
        "",
        "| key | default | what it is |",
        "| --- | --- | --- |",
    ]
    return "\n".join([*head, *rows, ""])


def _inner(name: str, model: type[Table]) -> Iterator[str]:
    for key, info in model.model_fields.items():
        inner, many = inner_table(info.annotation)
        if inner is not None:
            title = f"[[{name}.{key}]]" if many else f"{key} = {{ … }}` in `[[{name}]]"
            yield _section(title, inner, ()).replace("## ", "### ", 1)


def _row(name: str, info: FieldInfo, *, secret: bool) -> str:
    key = f"`{name}`, `{name}_file`" if secret else f"`{name}`"
    default = "**needed**" if info.is_required() else _written(info.default)
    return f"| {key} | {default} | {info.description} |"


def _written(default: Any) -> str:
    match default:
        case None:
            return "none"
        case timedelta():
            return f'`"{write_duration(default)}"`'
        case str():
            return f'`"{default}"`'
        case ():
            return "`[]`"
        case _:
            return f"`{default}`"


def _policies() -> str:
    lines = [
        "## Shipped policies",
        "",
        "They are there without a line in the file. `[[policies]]` with the same id replaces one; it keeps the line",
        "and is not less severe, because others rise to it. Level by level: who is told, how long they have, how often",
        "again.",
        "",
        "| id | severity | line | resolve within | ladder |",
        "| --- | --- | --- | --- | --- |",
    ]
    for policy in shipped_policies().values():
        ladder = "; ".join(
            f"{', '.join(level.tell)} ({write_duration(level.wait)}, again {level.repeat}×)" for level in policy.levels
        )
        within = write_duration(policy.resolve_within)
        lines.append(f"| `{policy.id}` | {policy.severity} | {policy.line} | {within} | {ladder} |")
    responders = ", ".join(f"`{name}`" for name in RESPONDERS)
    lines += [
        "",
        f"Responders: {responders},",
        "and `person:KEY` for one supervisor. `named_supervisor` is one of the team's supervisors a telling, in the",
        "order of the file, round again after the last; `on_call` is what the rota gives, and without a rota all",
        "supervisors of the team at once. A wellness policy tells `wellness_supporter` and `wellness_deputy`, and in a",
        "crisis `on_call`; nobody else learns of a peer worker's own wellness. A ladder that reaches nobody is an error.",
        "",
    ]
    return "\n".join(lines)


def _switches() -> str:
    points = ", ".join(f"`{point}`" for point in STOPPING_POINTS)
    return "\n".join(
        [
            "## Switches for fault tests",
            "",
            f"`BLETHER_STOP_AT` ({points})",
            "kills the process there, once; `BLETHER_CLOCK_FILE` names a file that holds the time. Both are refused unless",
            "`BLETHER_FAULTS=1`. Never set them where somebody relies on blether.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(reference())
