"""What is not from the provider is refused with 403, changes nothing, and is on record once an hour."""

import httpx

from tests.world.household import HOOK_SECRET, ISLA
from tests.world.service import Service

UPDATE = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "2"}}


async def test_a_wrong_secret_or_signature_gets_403(sqlite_service: Service):
    service = sqlite_service
    service.configure(mode="webhook")
    await service.imports(ISLA)
    isla = service.sms(ISLA)
    running = await service.starts()
    told = await service.twilio.text(ISLA.phone, "2", forged=True)
    assert told.answers == (403,)
    async with httpx.AsyncClient(trust_env=False, base_url=running.url) as client:
        for secret in ({}, {"X-Telegram-Bot-Api-Secret-Token": HOOK_SECRET[:-1]}):
            assert (await client.post("/telegram/main", json=UPDATE, headers=secret)).status_code == 403
        assert (await client.post("/twilio/status", data={"MessageSid": "SM1"})).status_code == 403
        for path in ("/healthz", "/readyz"):
            assert (await client.get(path)).status_code == 200
    forged = await service.audited("webhook.forged")
    assert len(forged) == 1
    assert "inbound.received" not in [one.kind for one in await service.audit()]
    assert await isla.unread() == []
