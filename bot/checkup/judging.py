"""★ From what was seen to findings: what is fine, what to look at, and what must not stay so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, assert_never
from uuid import UUID

from bot.checkup.finding import Finding, some

SKEW: Final = timedelta(seconds=2)
CONFIRMED_FOR: Final = timedelta(days=90)
SEALED_WITHIN: Final = timedelta(minutes=5)
_RESTART: Final = "mend it, then start blether again"


@dataclass(frozen=True, slots=True)
class Staff:
    """A supervisor or other member of staff: their key, and how they can be reached."""

    key: str
    responds: bool
    """Whether alerts go to them: a supervisor or coordinator."""
    wants_telegram: bool
    opened_telegram: bool
    """Whether they ever opened their invitation."""
    stopped: bool
    reachable: bool


def clock(ahead: timedelta, *, same: bool) -> Finding:
    """`ahead`: of the database's clock. `same`: the database is a file of this machine, so there is one clock."""
    if same and abs(ahead) <= SKEW:
        return Finding("ok", "clock", "this machine's is the only one")
    seconds = f"{abs(ahead).total_seconds():.1f} s"
    way = "ahead of" if ahead > timedelta(0) else "behind"
    if abs(ahead) > SKEW:
        mend = "set both by a time server (NTP): waits and leases are counted by them"
        return Finding("fail", "clock", f"{seconds} {way} the database's", mend)
    return Finding("ok", "clock", f"{seconds} {way} the database's")


def crisis_contacts(region: str, confirmed: date, today: date) -> Finding:
    """Whether somebody rang the numbers lately that people in danger are given."""
    what = f"{region}, gone through on {confirmed.isoformat()}"
    if today - confirmed <= CONFIRMED_FOR:
        return Finding("ok", "crisis-contacts", what)
    days = (today - confirmed).days
    mend = "ring each number of `bot/safety/crisis.toml`, and put today's date into `last_confirmed`"
    return Finding("warn", "crisis-contacts", f"{what}, {days} days ago", mend)


def applied(teams: Collection[str], staff: Collection[str]) -> Finding:
    """Keys of the configuration that the database does not know yet."""
    if not teams and not staff:
        return Finding("ok", "applied", "the database knows the configuration's teams and staff")
    parts = [f"team {some(teams)}"] * bool(teams) + [f"staff {some(staff)}"] * bool(staff)
    mend = "`blether run` writes the configuration there at its start; what follows counts what is there now"
    return Finding("warn", "applied", f"not in the database yet: {', '.join(parts)}", mend)


def ladders(silent: Mapping[str, list[str]], silent_workers: Mapping[str, set[UUID]], policies: int) -> Finding:
    """Which reach nobody. `silent`: by team; `silent_workers`: by policy."""
    parts = [f"in team {team} nobody would be told by {', '.join(ids)}" for team, ids in sorted(silent.items())]
    parts += [
        f"nobody would be told by {policy} for {_count(workers, 'peer worker')}"
        for policy, workers in sorted(silent_workers.items())
    ]
    if parts:
        mend = "give them a supervisor who can be reached now: see the lines `staff`, `invitations` and `supporters`"
        return Finding("fail", "ladders", "; ".join(parts), mend)
    return Finding("ok", "ladders", f"each of {policies} reaches somebody in every team")


def staff(everybody: Collection[Staff]) -> Finding:
    """Those to whom alerts go and whom nothing can reach at present."""
    stopped = {one.key for one in everybody if one.responds and one.stopped}
    lost = {one.key for one in everybody if one.responds and not one.reachable} - stopped
    parts = [f"nothing reaches {some(lost)}"] * bool(lost)
    parts += [f"{some(stopped)} said STOP and gets nothing"] * bool(stopped)
    if not parts:
        return Finding("ok", "staff", f"{sum(one.responds for one in everybody)} can be told of alerts")
    ways = ["invite them (`blether people invite KEY`) or give them a phone and `sms`"] * bool(lost)
    ways += ["whoever said STOP texts START"] * bool(stopped)
    return Finding("warn", "staff", ", ".join(parts), ", ".join(ways))


def invitations(everybody: Collection[Staff], *, telegram: bool) -> Finding | None:
    """Staff who are to get alerts on Telegram and never opened their invitation; None where Telegram is off."""
    if not telegram:
        return None
    waiting = {one.key for one in everybody if one.wants_telegram and not one.opened_telegram}
    if waiting:
        what = f"never opened the one for Telegram: {some(waiting)}"
        return Finding("warn", "invitations", what, "`blether people invite KEY` for each, and have them open the link")
    return Finding("ok", "invitations", "all staff who want Telegram have opened theirs")


def supporters(workers: int, without: Collection[str], without_deputy: Collection[str]) -> Finding:
    """Peer workers without somebody to look after their own wellness; names are references."""
    parts = [f"no wellness supporter: {some(without)}"] * bool(without)
    parts += [f"no deputy: {some(without_deputy)}"] * bool(without_deputy)
    if parts:
        mend = "name `wellness_supporter` and `wellness_deputy` for them; until then a low answer has fewer to go to"
        return Finding("warn", "supporters", "; ".join(parts), mend)
    return Finding("ok", "supporters", f"{workers} peer workers, each with a wellness supporter and a deputy")


def consent(people: int, without: Collection[str], uninvited: Collection[str]) -> Finding:
    """People from lists who have not said yes; names are references."""
    if not people:
        mend = "`blether people import FILE.csv`, then `blether people invite REFERENCE`"
        return Finding("warn", "consent", "nobody is in a list of people yet", mend)
    if not without:
        return Finding("ok", "consent", f"all {people} people have said yes")
    what = f"{len(without)} of {people} have not said yes, so nothing is sent to them: {some(without)}"
    if uninvited:
        mend = f"`blether people invite REFERENCE`; without an invitation: {some(uninvited)}"
        return Finding("warn", "consent", what, mend)
    return Finding("warn", "consent", what, "they are invited: ask whether they need a hand")


def accounts(paused: Mapping[str, str]) -> Finding:
    """Channel accounts that the provider refused."""
    if not paused:
        return Finding("ok", "accounts", "none is paused")
    listed = ", ".join(f"{key} (code {code})" for key, code in sorted(paused.items()))
    mend = "the provider refused the account: see the line of its provider here, and its console"
    return Finding("fail", "accounts", f"paused, so others are tried first: {listed}", mend)


def quarantine(kinds: Mapping[str, int], for_somebody: int, times: int) -> Finding:
    """What failed and was set aside: how many of each kind, how many wait for somebody, how often the worst failed."""
    if not kinds:
        return Finding("ok", "quarantine", "nothing is set aside")
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    what = f"{sum(kinds.values())} set aside because they failed ({listed}; up to {times} times)"
    if for_somebody:
        what += f", {for_somebody} of them are not tried again by themselves"
    mend = "`blether quarantine list` shows them, `blether quarantine release` has them tried again"
    return Finding("warn", "quarantine", what, mend)


def repairs(idle: Mapping[str, int]) -> Finding:
    """What would wait for ever, by kind of fault."""
    if not idle:
        return Finding("ok", "due", "whatever waits has a time at which it is looked at")
    listed = ", ".join(f"{count} {what}" for what, count in sorted(idle.items()))
    mend = "a running bot repairs it within five minutes and writes `repair.made`; ask why it came to be"
    return Finding("warn", "due", f"waiting for nothing: {listed}", mend)


def sealed(waiting: int, seconds: float) -> Finding:
    """Whether the sealer keeps up. `seconds`: age of the oldest entry without a number."""
    if seconds <= SEALED_WITHIN.total_seconds():
        return Finding("ok", "audit", "entries are sealed soon after they are written")
    what = f"{waiting} entries are not sealed, the oldest for {int(seconds // 60)} minutes"
    mend = "is `blether run` running? If so, its log says why; `blether audit verify` says whether the audit is whole"
    return Finding("warn", "audit", what, mend)


HeadState = Literal["fits", "missing", "nowhere", "unreadable", "differs"]
"""How the audit's head outside the database stands to the one inside."""


def audit_head(state: HeadState) -> Finding:
    """Whether an audit that is cut short together with its head would show."""
    match state:
        case "fits":
            return Finding("ok", "audit-head", "the end of the audit is kept outside the database too")
        case "missing":
            mend = "`blether run` writes it again; if nobody took it away, ask who did"
            return Finding("warn", "audit-head", "its file is not there", mend)
        case "nowhere":
            mend = "give `[security] audit_head_file`: without it nobody sees when the audit is cut short with its head"
            return Finding("warn", "audit-head", "the end of the audit is kept in the database only", mend)
        case "unreadable":
            return Finding("warn", "audit-head", "its file cannot be read", "let blether's user read and write it")
        case "differs":
            mend = "`blether audit verify`; after a backup was put back, move the file aside and write down why"
            return Finding("fail", "audit-head", "does not fit the database: entries may have been taken away", mend)
        case _:
            assert_never(state)


def messages(trouble: Mapping[str, int]) -> Finding:
    """Messages of the last day that did not get through."""
    if not any(trouble.values()):
        return Finding("ok", "messages", "of the last day none failed")
    what = f"of the last day {trouble.get('failed', 0)} failed, of {trouble.get('unknown', 0)} nobody knows"
    return Finding("warn", "messages", what, "the log and the provider's console say why; ring whoever they were for")


def flows(count: int, problems: Collection[str]) -> list[Finding]:
    """Flow files; each problem has its own line."""
    if not problems:
        return [Finding("ok", "flows", f"{count} can run")]
    return [Finding("fail", "flows", one, _RESTART) for one in problems]


def migrations(at: str | None, waiting: Collection[str], after: Collection[str], newer: str = "") -> Finding:
    """`waiting`: may run now; `after`: only once every old process is gone. `newer`: the database is ahead of us."""
    if newer:
        return Finding("fail", "migrations", newer, "run the version that it was made with, or a newer one")
    if waiting:
        what = f"{len(waiting)} to run" if at else "nothing is in it yet"
        mend = (
            "`blether run` does it at its start, `blether db upgrade` without starting; people are looked at after it"
        )
        return Finding("warn", "migrations", what, mend)
    if after:
        mend = "once every process runs this version: `blether db upgrade --post`"
        return Finding("warn", "migrations", f"{len(after)} to run after an update", mend)
    return Finding("ok", "migrations", f"at {at}")


def webhook(
    wanted: str, is_at: str, last_fault: datetime | None, waiting: int, now: datetime
) -> tuple[str, str] | None:
    """What is odd about how Telegram's updates come, and what to do; None if nothing is. `wanted` "": polling."""
    if is_at and not wanted:
        return "updates go to a webhook, not to who asks", "`blether run` takes it away at its start"
    if wanted and is_at != wanted:
        return "its webhook is not at this configuration's address", "`blether run` sets it at its start"
    if wanted and last_fault is not None and now - last_fault < timedelta(hours=1):
        minutes = max(0, int((now - last_fault).total_seconds() // 60))
        what = f"Telegram could not bring an update {minutes} minutes ago, {waiting} wait"
        return what, "is `public_url` right, and does its way in lead here?"
    return None


def _count(of: Collection[object], what: str) -> str:
    return f"{len(of)} {what}{'' if len(of) == 1 else 's'}"
