"""The process is killed at a point where it hurts: after the next start nothing is lost and no check-in comes twice."""

import pytest
from sqlalchemy import func, select

from storage.tables import answers, escalations, inbound, occurrences
from tests.world.household import CHECK_IN, ISLA, MORAG_PHONE
from tests.world.service import Service


@pytest.mark.parametrize("point", ["due-before-commit", "due-after-commit"])
async def test_a_check_in_that_was_falling_due_comes_once(sqlite_service: Service, point):
    service = await _ready(sqlite_service)
    await service.starts(stop_at=point)
    await service.time("09:30")
    await service.is_killed()
    await service.starts()
    await _story_goes_on(service, tellings=1)


@pytest.mark.parametrize("point", ["inbound-before-commit", "inbound-after-commit"])
async def test_a_reply_that_was_coming_in_counts_once(sqlite_service: Service, point):
    service = await _ready(sqlite_service)
    await service.starts(stop_at=point)
    await service.time("09:30")
    isla = service.sms(ISLA)
    await isla.gets("How is today")
    sid = await isla.says_and_hears_no_more("2")
    await service.is_killed()
    await service.starts()
    again = await service.twilio.text_again(sid)
    assert again.answers == (200,)
    await _low_answer_reaches_morag(service, isla, tellings=1)


async def test_a_check_in_that_was_leaving_comes_at_most_once(sqlite_service: Service):
    service = await _ready(sqlite_service)
    await service.starts(stop_at="provider-accepted")
    await service.time("09:30")
    await service.is_killed()
    await service.starts()
    await _story_goes_on(service, tellings=1)


@pytest.mark.parametrize(("point", "tellings"), [("outbox-claimed", 1), ("provider-accepted", 2)])
async def test_an_alert_that_was_leaving_arrives(sqlite_service: Service, point, tellings):
    service = await _ready(sqlite_service)
    await service.starts()
    await service.time("09:30")
    isla = service.sms(ISLA)
    await isla.gets("How is today")
    await service.stops()
    await service.starts(stop_at=point)
    await service.twilio.text(ISLA.phone, "2")
    await service.is_killed()
    await service.starts()
    await service.time("09:31")  # ten seconds in which a report might still have come
    await _low_answer_reaches_morag(service, isla, tellings=tellings)


async def _ready(service: Service) -> Service:
    service.configure(CHECK_IN)
    await service.imports(ISLA)
    return service


async def _story_goes_on(service: Service, *, tellings: int) -> None:
    isla = service.sms(ISLA)
    await isla.gets("How is today")
    await isla.says("2")
    await _low_answer_reaches_morag(service, isla, tellings=tellings)


async def _low_answer_reaches_morag(service: Service, isla, *, tellings: int) -> None:
    morag = service.sms(MORAG_PHONE)
    alert = await morag.gets("I.E. needs a person")
    await service.settles()
    # Which of the messages on their way the provider had accepted when the process was killed is a matter of chance.
    again = [text for text in await morag.unread() if "needs a person" in text]
    assert len(again) < tellings
    assert all(text.startswith("(again) ") for text in again)
    morag.ignores("(again) ")
    await isla.has_only("How is today", 1)
    counted = await service.reads(_counted)
    assert counted == {"occurrences": 1, "inbound": 1, "answers": 1, "escalations": 1}
    isla.ignores("")  # her own replies are at most once: what was unknown is not sent again
    await morag.says("1")
    await morag.gets(f"You have {alert.code}")


def _counted(connection) -> dict[str, int]:
    tables = {"occurrences": occurrences, "inbound": inbound, "answers": answers, "escalations": escalations}
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
    }
