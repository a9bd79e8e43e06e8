"""The repository as text and as parsed trees, for the tests in this folder."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "flows", "storage")


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root, its lines and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def dotted(self) -> str:
        """Its name in imports: `bot.people.hours`, `flows` for the package itself."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def place(self, node: ast.AST) -> str:
        """`bot/clock.py:12`, to be shown when a test fails."""
        return f"{self.path}:{getattr(node, 'lineno', 0)}"

    def within(self, *paths: str) -> bool:
        """Whether it is one of these files or lies in one of these folders (written with a slash at the end)."""
        return any(self.path.startswith(path) if path.endswith("/") else self.path == path for path in paths)


@cache
def read(path: str) -> Module:
    """Read and parse one file."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return Module(path, text, ast.parse(text, path))


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every Python file in these folders of the root, in order; migrations that have been written are left out."""
    paths = sorted(str(file.relative_to(ROOT)) for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return tuple(read(path) for path in paths if not path.startswith("storage/migrations/versions/"))


def production() -> tuple[Module, ...]:
    """Everything that is installed."""
    return modules(*PACKAGES)


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of constants that are docstrings or bare strings: words about the code, not part of it."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def strings(module: Module) -> Iterator[ast.Constant]:
    """Every string of the code, without docstrings; the fixed parts of f-strings are among them."""
    about = docstrings(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in about:
            yield node


def imported(module: Module) -> dict[str, str]:
    """The names that the module's imports bind, each with what it stands for: `{"sleep": "asyncio.sleep"}`."""
    names: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def uses(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Every name and attribute chain that begins at an import, spelled out: `(node, "datetime.datetime.now")`."""
    names = imported(module)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        head, _, rest = ast.unparse(node).partition(".")
        if head in names:
            yield node, f"{names[head]}.{rest}" if rest else names[head]


@cache
def tracked() -> tuple[str, ...]:
    """The repository's files: committed, or new and not ignored. Where git cannot say, whatever is no cache."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listing = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):  # unpacked from an archive, or somebody else's folder
        names = [str(file.relative_to(ROOT)) for file in ROOT.rglob("*") if file.is_file()]
        names = [name for name in names if not re.search(r"(^|/)(\.(?!ci/|gitignore$)|__pycache__/)", name)]
    else:
        names = [name for name in listing.split("\0") if name and (ROOT / name).is_file()]
    return tuple(sorted(names))


def table_of(page: str) -> dict[str, str]:
    """The first two columns of every table row of a page in docs/ whose first cell is `code`: name → what it is."""
    rows: dict[str, str] = {}
    for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `") and len(cells) >= 2:
            rows[cells[0].strip("`")] = cells[1]
    return rows
