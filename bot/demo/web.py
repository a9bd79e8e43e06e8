"""The demo's page and its routes: the phones, their state and events, and the two things that can be done to them."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.clock import pause
from bot.demo.cast import SERVICE, SMS_NUMBER
from bot.demo.driver import Demo
from bot.demo.guard import GUARDS, error, posted, refusal
from bot.demo.pictures import clock_state, local, page_state, state
from bot.demo.posted import Behaves, Jump, Pressed, SetRate, Typed, read_clock, read_phone, read_scene
from bot.demo.theatre import Theatre
from bot.errors import BotError

HEARTBEAT: Final = 15.0
"""Real seconds after which a silent stream says that it is there."""
TOGETHER: Final = 0.03
"""Real seconds in which changes become one picture."""
_HERE: Final = Path(str(files("bot.demo")))


def demo_app(house: Theatre) -> Starlette:
    """The web application of a demo; to be bound to this machine only."""
    pages = _Pages(house)
    return Starlette(
        routes=[
            Route("/", pages.page, methods=["GET"]),
            Route("/demo/state", pages.state, methods=["GET"]),
            Route("/demo/events", pages.events, methods=["GET"]),
            Route("/demo/phones/{name}", pages.phone, methods=["POST"]),
            Route("/demo/clock", pages.clock, methods=["POST"]),
            Route("/demo/scene", pages.scene, methods=["POST"]),
            Route("/demo/reset", pages.reset, methods=["POST"]),
            Mount("/demo/static", StaticFiles(directory=_HERE / "static")),
        ],
        middleware=GUARDS,
        exception_handlers={BotError: _wrong, Exception: _broken},
    )


@dataclass(slots=True)
class _Pages:
    house: Theatre
    templates: Jinja2Templates = field(default_factory=lambda: Jinja2Templates(directory=_HERE / "templates"))

    @property
    def demo(self) -> Demo:
        return self.house.demo

    async def page(self, request: Request) -> Response:
        shown = {
            "phones": self.demo.phones.values(),
            "scenes": self.house.shown,
            "senders": {"sms": readable(SMS_NUMBER), "telegram": SERVICE},
        }
        return self.templates.TemplateResponse(request, "page.html", shown)

    async def state(self, request: Request) -> Response:
        async with self.demo.lock:
            return JSONResponse(state(self.house))

    async def events(self, request: Request) -> Response:
        return StreamingResponse(self._pictures(), media_type="text/event-stream")

    async def phone(self, request: Request) -> Response:
        found = self.demo.phones.get(request.path_params["name"])
        if found is None:
            return error(404, "There is no such phone here.")
        if refused := refusal(request):
            return refused
        match read_phone(await posted(request)):
            case Typed(text):
                await self.demo.type_on(found, text)
            case Pressed(option_id):
                await self.demo.press_on(found, option_id)
            case Behaves(condition):
                await self.demo.turn(found, condition)
        return self._done()

    async def clock(self, request: Request) -> Response:
        if refused := refusal(request):
            return refused
        match read_clock(await posted(request)):
            case SetRate(rate):
                await self.demo.set_rate(rate)
            case Jump():
                await self.demo.jump()
        return self._done()

    async def scene(self, request: Request) -> Response:
        if refused := refusal(request):
            return refused
        await self.house.play(read_scene(await posted(request)))
        return self._done()

    async def reset(self, request: Request) -> Response:
        if refused := refusal(request):
            return refused
        await posted(request)
        await self.house.play(self.house.scene.id)
        return self._done()

    def _done(self) -> Response:
        return JSONResponse({"now": local(self.demo.clock.now())})

    async def _pictures(self) -> AsyncGenerator[str]:
        """A picture now and after each change; only the time where only time has moved; a sign of life in between."""
        house, seen, of = self.house, -1, ""
        while not house.closing:
            demo, run, news = house.demo, house.run, house.demo.news
            async with demo.lock:
                new = demo.serial != seen or run != of
                seen, of, content = demo.serial, run, page_state(house) if new else clock_state(demo)
            yield f"event: {'state' if new else 'clock'}\ndata: {json.dumps(content)}\n\n"
            while not house.closing and demo is house.demo and not await _happens(news):
                yield "event: beat\ndata: still here\n\n"
            await pause(TOGETHER)


def readable(number: str) -> str:
    """A British mobile number as a phone shows it: "+44 7700 900100"."""
    return f"{number[:3]} {number[3:7]} {number[7:]}"


async def _happens(news: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(news.wait(), HEARTBEAT)
    except TimeoutError:
        return False
    return True


async def _wrong(request: Request, fault: Exception) -> Response:
    return error(422, str(fault))


async def _broken(request: Request, fault: Exception) -> Response:
    return error(500, "Something went wrong in the demo. The log says where.")
