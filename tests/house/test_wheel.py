"""The wheel holds all that blether needs to run, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.source import PACKAGES, ROOT, tracked


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as an installer would, by hatchling, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("blether-*.whl")
    return file


def test_everything_in_the_packages_is_in_the_wheel(wheel):
    """Code, shipped flows, migrations, policies, word lists, crisis contacts, markers of typed packages."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    kept = {name for name in tracked() if name.startswith(tuple(f"{package}/" for package in PACKAGES))}
    assert {"flows/library/welcome.toml", "bot/escalation/policies.toml", "bot/py.typed", "flows/py.typed"} <= kept
    assert {"storage/py.typed", "storage/migrations/env.py", "bot/safety/crisis.toml"} <= kept
    assert kept - inside == set()


def test_nothing_but_the_packages_is_in_the_wheel(wheel):
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_brings_the_command_and_the_licence(wheel):
    archive = zipfile.ZipFile(wheel)
    (points,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
    assert "blether = bot.cli:main" in archive.read(points).decode()
    assert any(name.endswith("/LICENSE") for name in archive.namelist())


def test_what_is_in_the_wheel_reads_its_data_from_there(wheel, tmp_path):
    """Imported from the archive's own files, away from the repository."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        "import pathlib, flows, bot.escalation.shipped as policies, bot.safety.crisis as crisis, storage.migrating as m\n"
        "assert pathlib.Path(flows.__file__).is_relative_to(pathlib.Path.cwd()), flows.__file__\n"
        "assert set(flows.read_library()) >= {'welcome', 'daily-check-in', 'peer-wellness'}\n"
        "assert policies.shipped_policies() and m.migrations() and crisis.KINDS\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, env={"PYTHONPATH": str(tmp_path)}, capture_output=True
    )
