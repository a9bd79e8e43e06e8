"""The audit's head outside the database: a small file, so that a log that was cut short together with its head shows.

JSON: `{"number", "chain", "mac", "at"}`, chain and mac in hex. It is replaced as a whole, so it is never half there.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from storage.errors import SealedLogError
from storage.sealed_log import Head


def read_outside(file: Path) -> Head | None:
    """The head that the file holds; None where there is no file.

    Raises:
        SealedLogError: it is there and holds no head.
        OSError: it cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        read = cast("dict[str, Any]", json.loads(text))
        chain, mac = bytes.fromhex(read["chain"]), bytes.fromhex(read["mac"])
        return Head(int(read["number"]), chain, mac, datetime.fromisoformat(read["at"]))
    except (ValueError, TypeError, KeyError, UnicodeDecodeError):
        raise SealedLogError("the file with the audit's head does not hold one") from None


def write_outside(file: Path, head: Head) -> None:
    """Put this head in place of the one there. On the disk when this returns; readable by its owner alone.

    Raises:
        OSError: it cannot be written.
    """
    words = {"number": head.number, "chain": head.chain.hex(), "mac": head.mac.hex(), "at": head.at.isoformat()}
    beside = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as writing:
        writing.write(json.dumps(words) + "\n")
        writing.flush()
        os.fsync(writing.fileno())
    beside.replace(file)
