"""The machine's clock is an hour off, either way, and right again."""

import asyncio
from datetime import timedelta

from tests.faults.injecting.mischief import Mischief


async def an_hour_off(m: Mischief) -> None:
    """Step the clock by an hour and back."""
    hours = m.chance.choice([-1, 1])
    m.world.clock.step(timedelta(hours=hours))
    try:
        await asyncio.sleep(m.sizes.off)
    finally:
        m.world.clock.step(timedelta())
    m.note(f"clock {hours:+} h")
