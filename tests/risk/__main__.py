"""`python -m tests.risk [--unseen] [--dev FILE]`: how danger is heard, in tables with 95 % intervals."""

import argparse
import sys
from pathlib import Path

from tests.risk.scoring import MESSAGES, is_unseen, marked, messages, table


def main(arguments: list[str]) -> int:
    """Print the table of the seen part, then those asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.risk", description=__doc__)
    parser.add_argument("--unseen", action="store_true", help="the unseen third as well: once, when the rules are done")
    parser.add_argument("--dev", type=Path, help="another file of labelled messages")
    asked = parser.parse_args(arguments)
    rows = messages(MESSAGES)
    tables = [("Seen", [row for row in rows if not is_unseen(row)])]
    if asked.dev:
        tables.append((asked.dev.name, messages(asked.dev)))
    if asked.unseen:
        tables.append(("Unseen", [row for row in rows if is_unseen(row)]))
    for title, part in tables:
        sys.stdout.write("\n".join(table(title, marked(part))) + "\n\n")
    return 0


sys.exit(main(sys.argv[1:]))
