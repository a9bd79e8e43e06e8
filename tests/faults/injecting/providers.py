"""Providers that answer badly, hang, deliver twice or in another order, and say what became of a text when they like."""

import asyncio
import contextlib
from typing import Any, Final

import httpx

from tests.faults.house import residents
from tests.faults.injecting.mischief import Mischief
from tests.world.servers import ControlError

KINDS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("rate_limited", {"retry_after": 1}),
    ("server_error", {}),
    ("server_error", {"accepted": True}),
    ("slow", {"seconds": 1.5}),
    ("slow", {"seconds": 12.0}),
    ("truncated", {}),
    ("bad_gateway", {}),
    ("bad_gateway", {"accepted": True}),
    ("cut", {}),
    ("drop_after", {}),
    ("drop_before", {}),
)
_HOWS: Final = ("late", "twice", "out_of_order", "no_callbacks", "never")


async def misbehave(m: Mischief) -> None:
    """The next requests of either provider go wrong in ways drawn from the seed; now and then it hangs as a whole."""
    for _ in range(6):
        provider = m.chance.choice([m.world.telegram, m.world.twilio])
        kind, more = m.chance.choice(KINDS)
        await provider.fail(kind, times=m.chance.randint(1, 4), **more)
        m.note(f"provider {kind}")
    await m.world.telegram.fail(m.chance.choice(["server_error", "cut", "drop_after"]), method="getUpdates")
    if m.chance.random() < 0.3:
        provider = m.chance.choice([m.world.telegram, m.world.twilio])
        provider.process.freeze()
        try:
            await asyncio.sleep(m.sizes.hang)
        finally:
            provider.process.thaw()
        m.note("provider hangs")
    await asyncio.sleep(m.sizes.step / 2)


async def webhooks(m: Mischief) -> None:
    """Texts that were posted already are posted again, in another order; one is posted after the one that was sent after
    it, and one never, so that only the provider's list has it.
    """
    texting = [person for person in residents(m.world.people) if person.channel == "sms"]
    for posted_late in (True, False):
        with contextlib.suppress(httpx.HTTPError, ControlError):
            await m.crowd.send_badly(m.chance.choice(texting), posted_late=posted_late)
            m.note("webhook out of order" if posted_late else "webhook never")
    acts = [act for act in m.crowd.acts if act.account in ("sms", "alerts")][-40:]
    m.chance.shuffle(acts)
    for act in acts[:8]:
        try:
            await asyncio.wait_for(m.world.twilio.text_again(act.provider_id), 20)
        except (httpx.HTTPError, ControlError, TimeoutError):
            continue
        m.note("webhook again")
    if m.world.service.mode == "webhook":
        for act in [act for act in m.crowd.acts if act.account == "main"][-3:]:
            try:
                await m.world.telegram.deliver_again(int(act.provider_id))
            except (httpx.HTTPError, ControlError):  # not confirmed yet: it comes by itself
                continue
            m.note("webhook again")


async def statuses(m: Mischief) -> None:
    """From now on reports about texts to some phones come late, twice, out of order or never."""
    phones = [person.phone for person in residents(m.world.people) if person.channel == "sms"]
    for phone in m.chance.sample(phones, max(1, len(phones) // 5)):
        how = m.chance.choice(_HOWS)
        await m.world.twilio.phone(phone, how=how)
        m.note(f"reports {how}")


async def heal(m: Mischief) -> None:
    """Both providers are well again, and what they held back is let go."""
    for provider in (m.world.telegram, m.world.twilio):
        provider.process.thaw()
        await provider.heal()
    for person in residents(m.world.people):
        if person.channel == "sms":
            await m.world.twilio.phone(person.phone, how="delivered")
            await m.world.twilio.release(phone=person.phone)
