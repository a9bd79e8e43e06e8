"""`blether db upgrade`."""

from sqlalchemy import inspect

from storage.engines import parse_address
from storage.holding import only_process
from storage.migrating import migrations
from tests.bot.cli.office import Shell


def test_a_new_database_is_brought_up_step_by_step(tmp_path):
    shell = Shell(tmp_path, f"sqlite:///{tmp_path / 'new.db'}")
    done = shell.run("db", "upgrade")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [one.name for one in migrations()]
    database = shell.database()
    assert "people" in database.read_sync(lambda connection: inspect(connection).get_table_names())
    database.close_sync()


def test_one_that_is_up_has_nothing_to_do(shell: Shell):
    done = shell.run("db", "upgrade", "--post")
    assert (done.exit_code, done.stdout) == (0, "nothing to do\n")


def test_a_configuration_that_is_not_there_exits_2(tmp_path):
    shell = Shell(tmp_path, f"sqlite:///{tmp_path / 'new.db'}")
    (tmp_path / "config.toml").unlink()
    done = shell.run("db", "upgrade")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "config.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sqlite_file_that_a_bot_runs_on_is_left_alone(tmp_path):
    address = f"sqlite:///{tmp_path / 'new.db'}"
    with only_process(parse_address(address)):
        done = Shell(tmp_path, address).run("db", "upgrade")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "already runs" in done.stderr


def test_a_server_that_is_away_exits_2_without_a_traceback(tmp_path):
    shell = Shell(tmp_path, "postgresql://nobody@127.0.0.1:9/blether")
    done = shell.run("db", "upgrade")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
