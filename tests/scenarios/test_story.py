"""A low answer reaches the second supervisor when the first is silent; they take it and close it, all on record."""

import pytest

from storage.records import AuditEntry
from tests.world.household import CHECK_IN, EWAN_PHONE, ISLA
from tests.world.service import LONDON, Service

STEPS = (
    ("checkin.begun", "09:30"),
    ("inbound.received", "09:32"),
    ("answer.saved", "09:32"),
    ("escalation.opened", "09:32"),
    ("alert.queued", "09:32"),
    ("alert.accepted", "09:32"),
    ("escalation.climbed", "09:47"),
    ("alert.queued", "09:47"),
    ("alert.accepted", "09:47"),
    ("alert.delivered", "09:47"),
    ("inbound.received", "09:50"),
    ("escalation.taken", "09:50"),
    ("notice.queued", "09:50"),
    ("inbound.received", "10:20"),
    ("escalation.resolved", "10:20"),
    ("notice.queued", "10:20"),
)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_from_a_due_check_in_to_a_supervisor_who_has_it(service: Service, mode):
    service.configure(CHECK_IN, mode=mode)
    await service.imports(ISLA)
    isla, ewan, morag = service.sms(ISLA), service.sms(EWAN_PHONE), await service.chat("Morag")
    invitation = await service.invites("morag")
    await service.starts()
    await morag.opens(invitation)
    await morag.gets("will tell you here when someone needs a person")

    await service.time("09:30")
    await isla.gets("How is today, from 0 (hard) to 10 (good)?")
    await service.time("09:32")
    await isla.says("2")
    await isla.gets("I am letting Leith team know you said 2")
    await isla.gets("The team is")
    alert = await morag.gets("I.E. needs a person")

    await service.time("09:47")
    text = await ewan.gets("I.E. needs a person")
    assert text.sender == service.twilio.alerts_number
    await service.audited("alert.delivered")
    await service.time("09:50")
    await ewan.says("1")
    await ewan.gets(f"You have {text.code}")
    await morag.gets(f"Ewan has {alert.code} now")

    await service.time("10:20")
    await ewan.says(f"done {text.code} spoke, safe")
    await ewan.gets(f"{text.code} is closed")
    await morag.gets(f"Ewan closed {alert.code}")
    await service.settles()
    assert _missing(await service.audit()) == []


def _missing(audit: list[AuditEntry]) -> list[tuple[str, str]]:
    """The steps that the audit does not show in this order, from the first one missing."""
    left = list(STEPS)
    for one in audit:
        if left and left[0] == (one.kind, f"{one.at.astimezone(LONDON):%H:%M}"):
            left.pop(0)
    return left
