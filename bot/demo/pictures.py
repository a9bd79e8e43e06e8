"""The demo's state as JSON: the form of the contract for whoever asks, and a fuller one for the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.demo import words
from bot.demo.cast import ZONE
from bot.demo.driver import Demo
from bot.demo.outlook import Ladder
from bot.demo.phones import Line, Phone
from bot.demo.scenes import Scene
from bot.demo.theatre import Theatre
from flows import Problem

SHOWN: Final = 100
"""Bubbles that the page is given of one phone, the newest."""


def local(moment: datetime) -> str:
    """A moment as London's clocks show it: ISO 8601 to the second, with the offset."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")


def state(house: Theatre) -> dict[str, Any]:
    """`GET /demo/state`, as the contract has it. Phones hold the newest bubbles; `earlier` counts those before them."""
    demo = house.demo
    outlook = demo.outlook
    return {
        "now": local(demo.clock.now()),
        "phones": {name: [_line(one) for one in phone.lines] for name, phone in demo.phones.items()},
        "schedule": [{"what": one.what, "who": one.who, "due_at": local(one.due_at)} for one in outlook.schedule],
        "outbox": [
            {"phone": one.phone, "class": one.send_class, "state": one.state, "due_at": local(one.due_at)}
            for one in outlook.outbox
        ],
        "ladder": [_ladder(one) for one in outlook.ladders],
        "scene": house.scene.id,
        "earlier": {name: phone.earlier for name, phone in demo.phones.items()},
        "behave": {name: phone.condition for name, phone in demo.phones.items()},
        "story": [{"at": local(one.at), "words": one.words} for one in demo.story],
    }


def page_state(house: Theatre) -> dict[str, Any]:
    """What the page draws. `server` and `run` tell a page that the server was started anew, or a scene begun."""
    demo = house.demo
    return {
        "server": house.server,
        "run": house.run,
        "clock": clock_state(demo),
        "scene": _scene(house.scene),
        "phones": {name: _phone(phone) for name, phone in demo.phones.items()},
        "next": [{"at": local(moment), "words": sentence} for moment, sentence in words.comings(demo.outlook)],
        "ladders": [_drawn(one) for one in demo.outlook.ladders],
        "story": [{"at": local(one.at), "words": one.words, "grave": one.grave} for one in demo.story],
        "flow": _flow(house),
    }


def _scene(scene: Scene) -> dict[str, Any]:
    return {
        "id": scene.id,
        "title": scene.title,
        "says": scene.says,
        "tries": [{"phone": phone, "text": text} for phone, text in scene.tries],
    }


def _flow(house: Theatre) -> dict[str, Any] | None:
    """The flow file: what runs of it, and what is wrong with what was saved last."""
    if house.file is None:
        return None
    return {
        "file": house.file.path.name,
        "running": None if house.flow is None else f"{house.flow.title}, version {house.flow.version}",
        "fit": house.reading is not None and house.reading.flow is not None,
        "read_at": None if house.read_at is None else local(house.read_at),
        "problems": [
            {"line": one.line, "code": one.code, "severity": one.severity, "words": _problem(one)}
            for one in house.problems()
        ],
    }


def _problem(one: Problem) -> str:
    """What is wrong and how to mend it, without the file and line that stand beside it."""
    return one.line_of_text().partition(f" {one.code}")[2].removeprefix(":").strip()


def clock_state(demo: Demo) -> dict[str, Any]:
    """The time, and how fast it goes."""
    return {"now": local(demo.clock.now()), "rate": demo.rate}


def _line(line: Line) -> dict[str, Any]:
    options: Sequence[Mapping[str, str]] = [{"id": one.id, "text": one.text} for one in line.options]
    said = {"at": local(line.at), "from": line.by, "text": line.text, "options": options}
    return said if line.sent else {**said, "sent": False}


def _phone(phone: Phone) -> dict[str, Any]:
    lines = phone.lines[-SHOWN:]
    return {
        "first": phone.earlier + len(phone.lines) - len(lines),
        "behave": phone.condition,
        "way": phone.way,
        "lines": [{**_line(one), "way": one.way} for one in lines],
    }


def _ladder(ladder: Ladder) -> dict[str, Any]:
    return {
        "id": str(ladder.id),
        "policy": ladder.policy,
        "state": ladder.state,
        "level": ladder.level,
        "told": list(ladder.phones),
        "next_at": None if ladder.next_at is None else local(ladder.next_at),
    }


def _drawn(ladder: Ladder) -> dict[str, Any]:
    return {
        "heading": words.heading(ladder),
        "standing": words.standing(ladder),
        "state": ladder.state,
        "next_at": None if ladder.next_at is None else local(ladder.next_at),
        "next": words.next_step(ladder),
        "rungs": [
            {
                "words": words.rung(rung),
                "here": place == ladder.level,
                "told": _told(ladder, place),
            }
            for place, rung in enumerate(ladder.rungs)
        ],
    }


def _told(ladder: Ladder, level: int) -> list[str]:
    """Who was told at this level, when last, and how often: "Morag 09:45, 2 times"."""
    times: dict[str, list[str]] = {}
    for one in ladder.told:
        if one.level == level:
            times.setdefault(one.phone, []).append(words.clock_of(one.at))
    return [f"{name} {at[-1]}{f', {len(at)} times' if len(at) > 1 else ''}" for name, at in times.items()]
