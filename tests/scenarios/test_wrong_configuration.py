"""A wrong configuration is refused before anything starts, and everything wrong with it is named at once."""

from pathlib import Path

from tests.world.household import CHECK_IN
from tests.world.service import Service


async def test_everything_wrong_is_named_and_nothing_starts(sqlite_service: Service):
    service = sqlite_service
    service.configure(CHECK_IN, number="BLETHER", database=f"sqlite:///{service.folder / 'new.db'}")
    wrong = service.config.read_text().replace('zone = "Europe/London"', 'zone = "Europe/Lodnon"')
    service.config.write_text(wrong.replace('language = "en-GB"', 'langauge = "en-GB"'))
    (service.folder / "secrets" / "twilio").unlink()
    ran = await service.command("run")
    assert ran.code == 2
    for named in ("service.zone", "service.langauge", "twilio.from_number", "twilio.auth_token_file"):
        assert named in ran.err, ran.err
    assert not _is_there(service.folder / "new.db")
    assert service.twilio.auth_token not in ran.err


def _is_there(path: Path) -> bool:
    return path.exists()
