"""Up to when each channel account was asked for what came in, and what of it is not here yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.tables import audit, channel_accounts, inbound

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """`asked_at`: what came in until then was asked for and taken in; None: never. `made_at`: when the account was first
    applied; None: nobody knows.
    """

    asked_at: datetime | None
    made_at: datetime | None


def asked(connection: Connection, account: str) -> Asked:
    """How far one account has been asked for."""
    asked_at = connection.execute(
        select(channel_accounts.c.asked_at).where(channel_accounts.c.key == account)
    ).scalar_one_or_none()
    applied = connection.execute(select(audit.c.at, audit.c.detail).where(audit.c.kind == "account.applied"))
    made_at = min((row.at for row in applied if row.detail.get("channel") == account), default=None)
    return Asked(asked_at, made_at)


def note_asked(connection: Connection, account: str, until: datetime) -> None:
    """Everything that came in until then is here. It may go back: a clock that was ahead must not hide anything."""
    connection.execute(update(channel_accounts).where(channel_accounts.c.key == account).values(asked_at=until))


def note_asked_if(connection: Connection, account: str, before: datetime | None, until: datetime) -> bool:
    """The same, if nobody else has noted anything since `before` was read. True for one process alone."""
    unchanged = channel_accounts.c.asked_at.is_(None) if before is None else channel_accounts.c.asked_at == before
    done = connection.execute(
        update(channel_accounts).where(channel_accounts.c.key == account, unchanged).values(asked_at=until)
    )
    return done.rowcount == 1


def unseen(connection: Connection, account: str, provider_ids: Collection[str]) -> set[str]:
    """Which of these are not in yet."""
    wanted = sorted(set(provider_ids))
    missing = set(wanted)
    for start in range(0, len(wanted), _AT_ONCE):
        known = select(inbound.c.provider_id).where(
            inbound.c.account == account, inbound.c.provider_id.in_(wanted[start : start + _AT_ONCE])
        )
        missing -= set(connection.execute(known).scalars())
    return missing
