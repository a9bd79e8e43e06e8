"""Puts a new configuration and its secrets into a folder: whole or not at all, and never over anything that is there.

All of it is written into a folder beside its place, looked at there, and then given its names: secrets first, the
configuration last, so that there is never a configuration without its secrets.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.errors import BotError

CONFIG: Final = "config.toml"
SECRETS: Final = "secrets"
DATABASE: Final = "blether.db"
_BESIDE: Final = ".blether-init-"


class AlreadyThereError(BotError):
    """Something would be overwritten; nothing was written."""

    def __init__(self, there: list[Path]) -> None:
        listed = ", ".join(str(path) for path in there)
        super().__init__(
            f"already there: {listed}; blether init overwrites nothing: move it away, or name another --folder"
        )


def refuse_to_overwrite(folder: Path) -> None:
    """Look whether anything stands where `place` would put something.

    A database counts: its names and words can be read with the master key that it was made with, and with no new one.

    Raises:
        AlreadyThereError: something does.
    """
    if folder.exists() and not folder.is_dir():
        raise AlreadyThereError([folder])
    there = [path for name in (CONFIG, SECRETS, DATABASE) if os.path.lexists(path := folder / name)]
    if there:
        raise AlreadyThereError(there)


def place(folder: Path, configuration: str, secrets: Mapping[str, str], check: Callable[[Path], object]) -> Path:
    """Write the configuration and its secrets (by their names within `folder`); its path.

    Files are readable by their owner only. `check` gets the path of the configuration as it stands beside its place:
    what it raises, and whatever else goes wrong, Ctrl-C too, leaves the folder as it was.

    Raises:
        AlreadyThereError: something is there already, perhaps since a moment ago.
        OSError: it could not be written.
    """
    with _folder(folder), _beside(folder) as beside:
        _write(beside / CONFIG, configuration)
        (beside / SECRETS).mkdir(mode=0o700)
        for name, secret in secrets.items():
            _write(beside / name, f"{secret}\n")
        check(beside / CONFIG)
        refuse_to_overwrite(folder)
        _give_names(beside, folder)
    return folder / CONFIG


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """The folder is there; one that was made for this goes again when it fails."""
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for one in made:
            with contextlib.suppress(OSError):
                one.rmdir()
        raise


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder of the same file system, for its owner only, that goes in the end."""
    beside = Path(tempfile.mkdtemp(prefix=_BESIDE, dir=folder))
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _give_names(beside: Path, folder: Path) -> None:
    """A folder is never renamed onto a full one, and a link never onto a file, so neither overwrites. When the second
    name cannot be given, the first is taken back.
    """
    try:
        (beside / SECRETS).rename(folder / SECRETS)
        _link(beside / CONFIG, folder / CONFIG)
    except BaseException:
        moved = not (beside / SECRETS).exists()
        if moved and not _is_placed(beside, folder):
            (folder / SECRETS).rename(beside / SECRETS)
        raise


def _is_placed(beside: Path, folder: Path) -> bool:
    """Whether the configuration in its place is the one that was written beside it."""
    ours, placed = beside / CONFIG, folder / CONFIG
    return not ours.exists() or (placed.exists() and placed.samefile(ours))


def _link(written: Path, place: Path) -> None:
    try:
        place.hardlink_to(written)
    except FileExistsError:
        raise AlreadyThereError([place]) from None
    except OSError:  # a file system without links
        written.rename(place)


def _write(file: Path, content: str) -> None:
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
