"""The smallest scenario for each thing that may be broken: with it broken the table is red, without it is not.

offset-before-commit   killed just before a text from Telegram is committed: the text is gone
no-lease               the provider takes its time: several rounds send the same check-in
no-person-lock         two processes see the same silent people at the same moment: they are nudged twice
sent-before-saved      killed just before an answer is committed: it comes again and is answered twice
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select, update

from storage.keys import Keys
from storage.people import address_hash
from storage.sealing import Keyring
from storage.tables import addresses, sessions
from tests.faults.crowd import Crowd
from tests.faults.house import residents
from tests.faults.injecting import SMALL, Mischief
from tests.faults.injecting.rows import set_aside
from tests.faults.orders import Kind, Orders, StopPoints
from tests.faults.play import Play
from tests.faults.reconcile import Line, reconcile
from tests.faults.world import World, join_telegram, world
from tests.world.household import KEY
from tests.world.servers import TelegramServer, TwilioServer
from tests.world.waiting import until

Trial = Callable[[World, Crowd], Awaitable[None]]
_WITHIN: Final = 30.0


async def killed_before_commit(one: World, crowd: Crowd) -> None:
    """Somebody writes on Telegram; the process is killed just before that is committed, and started again."""
    await one.crew.start()
    await join_telegram(one, crowd.seed)
    crowd.know_all()
    await one.crew.stop()
    await one.crew.start(seat0="inbound-before-commit")
    person = next(person for person in residents(one.people) if person.channel == "telegram")
    await crowd.send(person, "words", "no bad the day, ken 1")
    await until(lambda: one.crew.exits[-1].code == -9, "the process to kill itself", within=_WITHIN)
    await one.crew.ready(one.crew.seats[0])
    await one.telegram.wait_confirmed(within=_WITHIN)


async def slow_provider(one: World, crowd: Crowd) -> None:
    """Twilio takes a second and a half for every check-in."""
    crowd.know_all()
    await one.crew.start()
    await one.twilio.fail("slow", seconds=1.5, times=None)
    one.clock.at(0, "09:30")
    await one.twilio.wait_for(_phone(one), contains="How is today", within=_WITHIN)
    await asyncio.sleep(2.5)
    await one.twilio.heal()
    await one.quiet(_WITHIN)


async def silent_people(one: World, crowd: Crowd) -> None:
    """Nobody answers; all are nudged at the same moment."""
    crowd.know_all()
    await one.crew.start()
    one.clock.at(0, "09:30")
    await one.twilio.wait_for(_phone(one), contains="How is today", within=_WITHIN)
    await one.quiet(_WITHIN)
    one.clock.at(0, "11:30")
    await one.twilio.wait_for(_phone(one), contains="Just checking in", within=_WITHIN)
    await one.quiet(_WITHIN)


async def answer_comes_again(one: World, crowd: Crowd) -> None:
    """Somebody answers; the process is killed just before that is committed, and Twilio posts the answer again."""
    crowd.know_all()
    await one.crew.start()
    one.clock.at(0, "09:30")
    await one.twilio.wait_for(_phone(one), contains="How is today", within=_WITHIN)
    await one.quiet(_WITHIN)
    await one.crew.stop()
    await one.crew.start(seat0="inbound-before-commit")
    person = next(person for person in residents(one.people) if person.channel == "sms")
    await crowd.send(person, "answer", "7")
    await until(lambda: one.crew.exits[-1].code == -9, "the process to kill itself", within=_WITHIN)
    await one.crew.ready(one.crew.seats[0])
    await one.twilio.text_again(crowd.acts[-1].provider_id)
    await one.quiet(_WITHIN)


async def one_that_always_fails(one: World, crowd: Crowd) -> None:
    """One silent person's session cannot be read when all are to be nudged: the others are, and it is set aside."""
    crowd.know_all()
    await one.crew.start()
    one.clock.at(0, "09:30")
    await one.quiet(_WITHIN)
    first, *others = [person.phone for person in residents(one.people) if person.channel == "sms"]
    person = await one.service.writes(_break_session, first)
    one.clock.at(0, "11:30")
    for phone in others:
        await one.twilio.wait_for(phone, contains="Just checking in", within=_WITHIN)
    await until(lambda: one.service.reads(set_aside, person), "the failing session to be set aside", within=_WITHIN)
    for phone in others:
        await one.twilio.text(phone, "7")
    await until(lambda: _answered(one, others), "the others' answers", within=_WITHIN)


async def _answered(one: World, phones: list[str]) -> bool:
    return all([await one.twilio.texts(phone, contains="hank") for phone in phones])


def _break_session(connection: Connection, phone: str) -> UUID:
    keys = Keys(Keyring.from_secret(KEY), connection)
    at = addresses.c.value_hash == address_hash(keys, "sms", phone)
    person = connection.execute(select(addresses.c.person_id).where(at)).scalar_one()
    unreadable = update(sessions).where(sessions.c.person_id == person).values(state_sealed=b"\x00")
    connection.execute(unreadable)
    return person


def _phone(one: World) -> str:
    return next(person.phone for person in residents(one.people) if person.channel == "sms")


TRIALS: Final[dict[str, tuple[Trial, Kind, int, int, str]]] = {
    "offset-before-commit": (killed_before_commit, "sqlite", 2, 1, "inbound lost"),
    "no-lease": (slow_provider, "sqlite", 2, 1, "SMS doubled: check-in"),
    "no-person-lock": (silent_people, "postgresql", 8, 2, "questions doubled"),
    "sent-before-saved": (answer_comes_again, "sqlite", 2, 1, "sent without a row"),
}
"""For each mutation its scenario, database, people, processes, and the line that it must turn red."""


async def try_out(
    name: str, program: Sequence[str], servers: tuple[TelegramServer, TwilioServer] | None = None
) -> list[Line]:
    """Play the scenario of this mutation with that program, and reconcile."""
    trial, kind, people, processes, _ = TRIALS[name]
    async with world(
        kind, people, processes, mode="polling" if processes == 1 else "webhook", servers=servers, program=program
    ) as one:
        crowd = Crowd(one, seed=0)
        mischief = Mischief(one, crowd, Random(0), SMALL, StopPoints())
        await trial(one, crowd)
        one.clock.on(timedelta(minutes=1))
        drained = await one.quiet(_WITHIN)
        await one.crew.stop()
        playing = Play(one, crowd, mischief, Orders(seed=0), SMALL, deadline=0.0)
        return reconcile(await playing.collect(drained=drained))
