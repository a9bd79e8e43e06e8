"""Check-ins: each date once, and no question twice. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from tests.faults.comparing.heard import FIRST_DAY
from tests.faults.evidence import Evidence, Timetable

NUDGE: Final = "Just checking in"


def occurrences_doubled(evidence: Evidence) -> Iterable[str]:
    """Two rows or two sessions for one date of a schedule."""
    for one in evidence.timetables:
        counted = Counter(day for _, day in one.sessions) + Counter()
        rows = Counter(one.dates)
        yield from (f"{one.person} {day}: {count} rows" for day, count in rows.items() if count > 1)
        yield from (f"{one.person} {day}: {count} sessions" for day, count in counted.items() if count > 1)


def occurrences_lost(evidence: Evidence) -> Iterable[str]:
    """Dates of a schedule without a row."""
    stops = _stops(evidence)
    for one in evidence.timetables:
        if one.person not in evidence.victims:
            yield from (f"{one.person} {day}" for day in _missing(one, evidence.last_day, stops[one.person]))


def _stops(evidence: Evidence) -> defaultdict[UUID, list[date]]:
    """By person the dates on which they said STOP: one that the bot hears of later ends what was due since."""
    who = {(one.account, one.provider_id): one.person for one in evidence.heard}
    found: defaultdict[UUID, list[date]] = defaultdict(list)
    for act in evidence.acts:
        person = who.get((act.account, act.provider_id))
        if act.intent == "stop" and person is not None:
            found[person].append(FIRST_DAY + timedelta(days=act.day))
    return found


def _missing(one: Timetable, last: date, stops: Iterable[date]) -> list[object]:
    """Dates between the first that has a row and the last that passed while it was wanted, without one."""
    if not one.dates:
        return [f"none since {one.began_on}"] if one.ended_on is None and one.began_on < last else []
    if one.ended_on is not None:
        last = min([one.ended_on, *(day for day in stops if one.dates[0] <= day)]) - timedelta(days=1)
    have = set(one.dates)
    wanted = [one.dates[0] + timedelta(days=place) for place in range((last - one.dates[0]).days + 1)]
    return [day for day in wanted if day not in have]


def questions_doubled(evidence: Evidence) -> Iterable[str]:
    """The same question twice in one session, though the person said nothing that would bring it again; more nudges than
    questions: each question has one, and one that was asked again with a hint has one of its own.
    """
    heard: Counter[UUID] = Counter(one.person for one in evidence.heard if one.person is not None)
    asked: Counter[tuple[UUID, UUID, str]] = Counter()
    others: Counter[UUID] = Counter()
    for row in evidence.rows:
        if row.purpose == "question" and row.session and row.person and row.state not in ("cancelled", "expired"):
            asked[row.person, row.session, row.text] += 1
            others[row.session] += not row.text.startswith(NUDGE)
    for (person, session, text), count in asked.items():
        most = max(1, others[session]) if text.startswith(NUDGE) else 1 + heard[person]
        if count > most:
            yield f"{person} session {session}: {text[:30]!r} ×{count}"
