"""What must fit together between the tables of a configuration."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.escalation.policy import PERSON, RESPONDERS, Policy, rank
from bot.escalation.shipped import shipped_policies
from bot.settings.flowfiles import known_flows
from bot.settings.positions import Place
from bot.settings.problems import Problems, meant
from bot.settings.reach import on_its_line
from bot.settings.tables import Found


def check_keys(lists: Mapping[str, list[Found]], problems: Problems) -> None:
    """No two tables of a list have the same key, no two people the same phone."""
    for name, tables in lists.items():
        key = "id" if name == "policies" else "key"
        _refuse_doubles(tables, key, problems)
    _refuse_doubles(lists["supervisors"], "phone", problems)


def _refuse_doubles(tables: list[Found], key: str, problems: Problems) -> None:
    seen: set[str] = set()
    for table in tables:
        value = table.get(key)
        if value is None:
            continue
        if value in seen:
            problems.add((*table.place, key), "given twice", f"each {key} once")
        seen.add(value)


def check_references(lists: Mapping[str, list[Found]], policies: Iterable[str], problems: Problems) -> None:
    """Every team, supervisor and policy that is named is there."""
    teams, people = _keys(lists["teams"]), _keys(lists["supervisors"])
    known_policies = [*policies, *(key for key in _keys(lists["policies"], "id") if key not in policies)]
    for person in lists["supervisors"]:
        for team in person.get("teams") or ():
            _refer((*person.place, "teams"), "team", team, teams, problems)
    for level in (level for policy in lists["policies"] for level in policy.tables("levels")):
        for name in level.get("tell") or ():
            if name.startswith(PERSON):
                _refer((*level.place, "tell"), "supervisor", name.removeprefix(PERSON), people, problems)
    for schedule in lists["schedules"]:
        _refer((*schedule.place, "team"), "team", schedule.get("team"), teams, problems)
        for missed in schedule.tables("missed"):
            _refer((*missed.place, "policy"), "policy", missed.get("policy"), known_policies, problems)


def _keys(tables: list[Found], key: str = "key") -> list[str]:
    return [table.get(key) for table in tables if table.get(key) is not None]


def _refer(place: Place, what: str, key: str | None, known: list[str], problems: Problems) -> None:
    if key is not None and key not in known:
        problems.add(place, f"no {what} has this key", meant(key, known))


FOR_ANYBODY = frozenset({"wrap-reminder"})
"""Flows whose audience does not bind: it only says that the person's own list is ready, and a plan is anybody's to have."""


def check_schedules(
    schedules: list[Found], folder: Path | None, policies: Mapping[str, Policy], problems: Problems
) -> None:
    """Flows are there and meant for who is to get them; what is missed stays on the line of who missed it."""
    flows = known_flows(folder)
    for schedule in schedules:
        flow, who = schedule.get("flow"), schedule.get("who")
        if flow is not None and flow not in flows:
            problems.add((*schedule.place, "flow"), "no flow has this id", meant(flow, flows))
        elif flow is not None and who is not None and flow not in FOR_ANYBODY and flows[flow] not in (None, who):
            problems.add((*schedule.place, "flow"), "a flow for somebody else", f"one whose audience is {who}")
        counts: set[int] = set()
        for missed in schedule.tables("missed"):
            count, policy = missed.get("in_a_row"), policies.get(missed.get("policy") or "")
            if count in counts:
                problems.add((*missed.place, "in_a_row"), "the same number twice", "each number once")
            counts.add(count)
            if policy is not None and who is not None and (policy.line == "service") != (who == "service_user"):
                right = (
                    "a policy of the service line" if who == "service_user" else "a policy of the wellness or role line"
                )
                problems.add((*missed.place, "policy"), f"a policy of another line than {who}s'", right)


def check_policies(tables: list[Found], problems: Problems) -> None:
    """Ladders have levels that can be somebody, keep to their line, and do not weaken a shipped policy."""
    for table in tables:
        line, severity = table.get("line"), table.get("severity")
        levels = table.tables("levels")
        if "levels" in table.values and not levels:
            problems.add((*table.place, "levels"), "a ladder without a level", "add [[policies.levels]]")
        if line is None or severity is None:
            continue
        _keep_shipped(table, problems)
        tells = [(level.place, name) for level in levels for name in level.get("tell") or ()]
        if tells and not any(on_its_line(line, name) for _, name in tells):
            right = f"tell somebody who is there on the {line} line"
            problems.add((*tells[0][0], "tell"), "a ladder that can reach nobody", right)
        for place, name in tells:
            if line == "wellness" and not _may_know(name, severity):
                right = "wellness_supporter and wellness_deputy (on a crisis ladder on_call too)"
                shown = name if name in RESPONDERS else f"{PERSON}KEY"
                problems.add((*place, "tell"), f"{shown} would learn of a peer worker's own wellness", right)


def _may_know(name: str, severity: str) -> bool:
    return name in ("wellness_supporter", "wellness_deputy") or (name == "on_call" and severity == "crisis")


def _keep_shipped(table: Found, problems: Problems) -> None:
    shipped = shipped_policies().get(table.get("id") or "")
    if shipped is None:
        return
    if table.get("line") != shipped.line:
        problems.add((*table.place, "line"), "another line than the shipped policy has", f'"{shipped.line}"')
    if rank(table.get("severity")) < rank(shipped.severity):
        right = f'"{shipped.severity}" or higher: others rise to this policy'
        problems.add((*table.place, "severity"), "lower than the shipped policy has", right)


def check_telegram(telegram: Found, web: Found | None, problems: Problems) -> None:
    """A webhook needs its secret and an address that Telegram reaches."""
    if telegram.get("mode") != "webhook":
        return
    if telegram.get("webhook_secret") is None and "webhook_secret" not in telegram.bad:
        right = "give webhook_secret or webhook_secret_file, or anyone could bring texts (or mode = polling)"
        problems.add_missing(telegram.place, "webhook_secret", right)
    _need_public_url(web, "Telegram's webhook", problems)


def check_twilio(twilio: Found, web: Found | None, problems: Problems) -> None:
    """Senders differ, a messaging service names its numbers, and Twilio knows where to bring texts."""
    main, numbers = twilio.get("from_number"), twilio.get("numbers")
    if twilio.get("messaging_service_sid") and numbers == ():
        problems.add_missing(
            twilio.place, "numbers", "messaging_service_sid sends by any of its numbers: name every one of them"
        )
    alerts = twilio.get("alerts_from_number")
    if alerts is not None and alerts == main:
        right = "leave it out, or give another number"
        problems.add((*twilio.place, "alerts_from_number"), "the same number as from_number", right)
    _need_public_url(web, "Twilio", problems)


def _need_public_url(web: Found | None, who: str, problems: Problems) -> None:
    if web is None or (web.get("public_url") is None and "public_url" not in web.bad):
        problems.add_missing(("web",), "public_url", f"{who} needs the https address that it reaches blether by")


def check_own_numbers(people: list[Found], twilio: Found | None, problems: Problems) -> None:
    """Nobody's phone is a number that blether itself sends from: it would talk to itself."""
    if twilio is None:
        return
    own = {twilio.get("from_number"), twilio.get("alerts_from_number"), *(twilio.get("numbers") or ())} - {None}
    for person in people:
        if person.get("phone") in own:
            problems.add((*person.place, "phone"), "a number that blether sends from", "the person's own number")
