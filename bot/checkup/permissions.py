"""Who else on this machine may read secrets: the files' permissions, and nothing of what is in them."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bot.checkup.finding import Finding

_OTHERS: Final = stat.S_IRWXO
_GROUP: Final = stat.S_IRWXG


def look_at_secrets(config: Path, secrets: Mapping[str, Path], database: Path | None, *, inside: bool) -> Finding:
    """`secrets`: the file of each; `inside`: some stand in the configuration itself; `database`: its file, if it is one."""
    bad = list(_open_to(_OTHERS, config, secrets, database, inside=inside))
    if bad:
        return Finding("fail", "secrets", f"anyone on this machine may read {_named(bad)}", _close(bad))
    loose = list(_open_to(_GROUP, config, secrets, database, inside=inside))
    if not inside and _mode(config) & _OTHERS:
        loose.append(config)
    if loose:
        return Finding(
            "warn", "secrets", f"others may read {_named(loose)}", f"{_close(loose)}, unless that is meant so"
        )
    return Finding("ok", "secrets", f"{len(secrets)} files, readable by their owner only")


def _open_to(
    whom: int, config: Path, secrets: Mapping[str, Path], database: Path | None, *, inside: bool
) -> Iterator[Path]:
    files = [*secrets.values(), *([config] if inside else []), *([database] if database is not None else [])]
    yield from (file for file in dict.fromkeys(files) if _mode(file) & whom)


def _mode(file: Path) -> int:
    try:
        return file.stat().st_mode
    except OSError:
        return 0


def _named(files: list[Path]) -> str:
    return ", ".join(file.name for file in files)


def _close(files: list[Path]) -> str:
    return f"chmod 600 {' '.join(str(file) for file in files)}"
