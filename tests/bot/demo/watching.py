"""Somebody who plays with the demo through its routes and looks at nothing else."""

import re
from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient


@dataclass(slots=True)
class Watcher:
    """Types, presses, moves the clock and reads `/demo/state`."""

    client: AsyncClient

    async def state(self) -> dict[str, Any]:
        answer = await self.client.get("/demo/state")
        assert answer.status_code == 200
        return answer.json()

    async def types(self, name: str, text: str) -> None:
        answer = await self.client.post(f"/demo/phones/{name}", json={"text": text})
        assert answer.status_code == 200, answer.text

    async def turns(self, name: str, condition: str) -> None:
        answer = await self.client.post(f"/demo/phones/{name}", json={"behave": condition})
        assert answer.status_code == 200, answer.text

    async def plays(self, scene: str) -> None:
        answer = await self.client.post("/demo/scene", json={"scene": scene})
        assert answer.status_code == 200, answer.text

    async def story(self) -> list[str]:
        return [one["words"] for one in (await self.state())["story"]]

    async def presses(self, name: str, words: str) -> None:
        """The newest button that says this."""
        lines = (await self.state())["phones"][name]
        option = next(one for line in reversed(lines) for one in line["options"] if one["text"] == words)
        answer = await self.client.post(f"/demo/phones/{name}", json={"press": option["id"]})
        assert answer.status_code == 200, answer.text

    async def jumps(self, until: str = "") -> str:
        """To the next moment, or on until London's clocks show `until`; gives the time."""
        while True:
            answer = await self.client.post("/demo/clock", json={"jump": "next"})
            assert answer.status_code == 200, answer.text
            now = answer.json()["now"]
            if now[11:16] >= until:
                return now

    async def said_to(self, name: str) -> list[str]:
        """What the bot wrote to this phone."""
        return [one["text"] for one in (await self.state())["phones"][name] if one["from"] == "bot"]

    async def code_of(self, name: str) -> str:
        """The code of the newest alert on this phone."""
        alerts = [text for text in await self.said_to(name) if re.match(r"[A-Z]\d: ", text)]
        return alerts[-1][:2]
