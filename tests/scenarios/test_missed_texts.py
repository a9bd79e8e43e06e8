"""A text whose webhook never came is listed and taken in at the next start, and read for danger like any other."""

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from storage.tables import channel_accounts, inbound
from tests.world.household import CALLUM, EWAN_PHONE, FIONA_PHONE, ISLA, MORAG_PHONE
from tests.world.service import Service
from tests.world.waiting import until

STRANGER = "+447700900999"  # gets one answer a day, however much they write


async def follows_the_clock(service: Service) -> None:
    """Twilio's clock shows what the bot's shows."""
    ahead = service.now.astimezone(UTC) - datetime.now(UTC)
    await service.twilio.account(ahead=ahead.total_seconds())


def _received(connection: Connection) -> list[str]:
    return list(connection.execute(select(inbound.c.provider_id)).scalars())


def _asked(connection: Connection) -> dict[str, datetime]:
    return dict(connection.execute(select(channel_accounts.c.key, channel_accounts.c.asked_at)).all())


async def both_are_asked_for(service: Service) -> None:
    """Wait until everything was listed that there was at this time."""

    async def asked() -> bool:
        known = await service.reads(_asked)
        return known["sms"] == known["alerts"] == service.now

    await until(asked, "both numbers to be asked for")


async def test_texts_that_nobody_heard_are_taken_in_at_the_next_start(service: Service):
    service.configure(mode="webhook")
    await service.imports(ISLA, CALLUM)
    await follows_the_clock(service)
    isla, callum, ewan = service.sms(ISLA), service.sms(CALLUM), service.sms(EWAN_PHONE)
    await service.starts()
    await isla.says("INFO")
    await isla.gets("TALK")
    await both_are_asked_for(service)
    await service.settles()
    await service.stops()

    danger = await service.twilio.text(ISLA.phone, "I want to kill myself", lost=True)
    await service.twilio.text(CALLUM.phone, "hello?", lost=True)
    await service.twilio.text(EWAN_PHONE, "help", to=service.twilio.alerts_number, lost=True, opt_out=False)
    await service.time("09:45")
    await follows_the_clock(service)
    await service.starts()
    crisis = await isla.gets("999")
    await callum.gets("nobody reads these as they come in")
    await ewan.gets("I am a bot")
    for phone in (ewan, service.sms(MORAG_PHONE), service.sms(FIONA_PHONE)):
        phone.ignores("I.E. CRISIS")
    await both_are_asked_for(service)
    assert len(await service.reads(_received)) == 4

    # The webhook comes after all: it is here already.
    again = await service.twilio.text_again(danger.sid)
    assert again.answers == (200,)
    await service.settles()
    assert len(await service.reads(_received)) == 4
    await isla.has_only(crisis.text)


async def test_what_was_written_before_the_bot_was_there_is_left_alone(sqlite_service: Service):
    service = sqlite_service
    service.configure(mode="webhook")
    await service.time("09:00")
    await follows_the_clock(service)
    await service.twilio.text(ISLA.phone, "hello?", lost=True)
    await service.time("09:29")
    await follows_the_clock(service)
    await service.imports(ISLA)
    service.sms(ISLA)
    await service.starts()
    await both_are_asked_for(service)
    assert await service.reads(_received) == []


async def test_a_list_that_cannot_be_had_is_asked_for_at_the_next_start(sqlite_service: Service):
    service = sqlite_service
    service.configure(mode="webhook")
    await service.imports(ISLA)
    await follows_the_clock(service)
    isla = service.sms(ISLA)
    await service.twilio.fail("server_error", method="Messages.list", times=None)
    await service.starts()
    await service.twilio.text(ISLA.phone, "hello?", lost=True)
    await service.twilio.wait_request("Messages.list", fault="server_error", count=2)
    await service.settles()
    await service.stops()
    assert (await service.reads(_asked))["sms"] is None
    await service.twilio.heal()
    await service.starts()
    await isla.gets("nobody reads these as they come in")


async def test_many_are_listed_page_by_page_and_none_twice(sqlite_service: Service):
    service = sqlite_service
    service.configure(mode="webhook")
    await follows_the_clock(service)
    await service.starts()
    await both_are_asked_for(service)
    await service.stops()
    sids = {(await service.twilio.text(STRANGER, f"text {n}", lost=True)).sid for n in range(520)}
    await service.starts()

    async def all_in() -> bool:
        return len(await service.reads(_received)) >= len(sids)

    stranger = service.sms(STRANGER)
    await until(all_in, "all of them", within=60.0)
    await stranger.gets("I don't know this number")
    assert set(await service.reads(_received)) == sids
