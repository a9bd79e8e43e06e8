"""blether with one thing broken on purpose: `python -m tests.faults.mutated NAME run --config FILE`.

    offset-before-commit   Telegram is told that updates were taken in before they are, as python-telegram-bot's Updater does
    no-lease               a message is sent without having been claimed: others take it up at the same time
    no-person-lock         a person's state is changed without holding their row (PostgreSQL)
    sent-before-saved      a text leaves before the transaction that decided it is committed
    slow-decisions         not broken: decisions only take a while, as `no-person-lock` has them, to show what that does

No production code knows of this: functions are replaced in this process only, then blether's own `main` is called.
"""

import sys
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
from sqlalchemy import Connection, Table, select, update
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot import cli
from bot.channels.sms.client import status_address
from bot.channels.telegram.poller import Poller
from bot.channels.telegram.updates import update_id
from bot.conversation import loading, work
from bot.delivery import send
from bot.settings import load as load_settings
from storage import outbox as outbox_rows
from storage import sending
from storage.keys import Keys
from storage.people import addresses_by_id
from storage.records import Claimed
from storage.tables import outbox, people
from storage.viewing import System

_THINKING: Final = 0.4
"""Seconds between loading and saving: long enough for another process to load the same."""
_LEASE: Final = timedelta(seconds=60)


def offset_before_commit() -> None:
    """Confirm what was given before it is taken in."""
    ask = Poller._ask

    async def ask_and_confirm(self: Poller) -> list[object]:
        given = await ask(self)
        numbers = [number for number in map(update_id, given) if number is not None]
        if numbers:
            self._offset = max(numbers) + 1
            confirming = {"offset": self._offset, "timeout": 0, "limit": 1}
            form = [RequestParameter.from_input(name, value) for name, value in confirming.items()]
            await self._request.post(self._url, RequestData(form))
        return given

    Poller._ask = ask_and_confirm


def no_lease() -> None:
    """Look at what is due and send it; only afterwards write that it was in hand."""
    claim, settle = send._claim, sending.settle

    def look_only(connection: Connection, *arguments: Any, **named: Any) -> list[Claimed]:
        with connection.begin_nested() as nothing_is_kept:
            found = claim(connection, *arguments, **named)
            nothing_is_kept.rollback()
        return found

    def everything_is_ours(connection: Connection, leases: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
        rows = connection.execute(select(outbox.c.id, outbox.c.address_id).where(outbox.c.id.in_(leases)))
        return {row.id: row.address_id for row in rows}

    def settle_anyhow(
        connection: Connection, results: Mapping[UUID, Any], leases: Mapping[UUID, UUID], now: datetime
    ) -> set[UUID]:
        for message_id, lease_id in leases.items():
            still = (outbox.c.id == message_id, outbox.c.state == "queued")
            held = {"state": "sending", "lease_id": lease_id, "lease_until": now + _LEASE}
            connection.execute(update(outbox).where(*still).values(**held))
        settle(connection, results, leases, now)
        return set(results)

    send._claim, sending.still_ours, sending.settle = look_only, everything_is_ours, settle_anyhow


def no_person_lock() -> None:
    """Everything but people's own rows is locked."""
    lock_rows = loading.lock_rows

    def lock_others(connection: Connection, table: Table, ids: Collection[UUID]) -> None:
        if table is not people:
            lock_rows(connection, table, ids)

    loading.lock_rows = lock_others
    slow_decisions()


def slow_decisions() -> None:
    """Think for a while between loading and saving."""
    load = work.load

    def load_and_think(*arguments: Any, **named: Any) -> Any:
        loaded = load(*arguments, **named)
        time.sleep(_THINKING)
        return loaded

    work.load = load_and_think


def sent_before_saved() -> None:
    """Hand SMS to the provider inside the transaction that decided them, before it is committed."""
    save = work.save
    settings = load_settings(Path(sys.argv[-1])).twilio
    if settings is None:
        raise SystemExit("sent-before-saved needs SMS")
    public_url = load_settings(Path(sys.argv[-1])).web.public_url

    def save_after_sending(connection: Connection, keys: Keys, known: Any, changes: Any, *rest: Any) -> None:
        save(connection, keys, known, changes, *rest)
        texts = {one.address_id: one for one in changes.messages}
        where = addresses_by_id(connection, keys, System("a fault test"), texts)
        for address_id, message in texts.items():
            if where[address_id].account != "sms":
                continue
            form = {
                "To": where[address_id].value,
                "From": settings.from_number,
                "Body": message.body.text,
                "StatusCallback": status_address(f"{public_url}/twilio/status", message.id),
            }
            token = settings.auth_token.get_secret_value()
            path = f"/2010-04-01/Accounts/{settings.account_sid}/Messages.json"
            answer = httpx.post(
                f"{settings.api_url}{path}", data=form, auth=(settings.account_sid, token), trust_env=False
            )
            answer.raise_for_status()
            sent = {"state": "accepted", "settled_at": message.created_at}
            connection.execute(update(outbox).where(outbox.c.id == message.id).values(**sent))
        outbox_rows.tell_claim(connection, set(texts))

    work.save = save_after_sending


MUTATIONS: Final[dict[str, Callable[[], None]]] = {
    "offset-before-commit": offset_before_commit,
    "no-lease": no_lease,
    "no-person-lock": no_person_lock,
    "sent-before-saved": sent_before_saved,
    "slow-decisions": slow_decisions,
}


def program(name: str) -> tuple[str, ...]:
    """What to run in place of `blether`."""
    return (sys.executable, "-m", "tests.faults.mutated", name)


if __name__ == "__main__":
    MUTATIONS[sys.argv.pop(1)]()
    cli.main()
