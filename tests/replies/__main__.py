"""`python -m tests.replies [--unseen]`: how well replies are understood, by type. `--misses`: the seen ones that are not."""

import sys

from tests.replies.scoring import misses, score, table

hidden = "--unseen" in sys.argv
sys.stdout.write(table(score(hidden=hidden)) + "\n")
if "--misses" in sys.argv and not hidden:
    for row, got in misses():
        sys.stdout.write(f"{row.id}{' exact' if row.exact else ''}: {row.text!r} wants {row.want!r}, got {got!r}\n")
