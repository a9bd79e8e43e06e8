"""No name, number, word or token is to be found in the raw bytes of the database, in the log, or in an error."""

import base64
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from tests.world.household import CHECK_IN, EWAN_PHONE, HOOK_SECRET, ISLA, KEY, MORAG_PHONE, RHONA
from tests.world.phones import PATIENCE
from tests.world.service import Service

NAMES = ("Islacanary", "Rhonacanary", "Marigoldname", "Anchorage", "Ewan Example", "Morag Example")
WORDS = ("parakeetword", "toucanword", "ibisword", "captioncanary", "strangercanary", "p-canary")
NUMBERS = (ISLA.phone, RHONA.phone, MORAG_PHONE, EWAN_PHONE, "+447700900298", "+447700900102")


async def test_nothing_personal_or_secret_can_be_read_where_it_should_not(service: Service):
    service.configure(CHECK_IN)
    await service.imports(
        replace(RHONA, first_name=NAMES[1], wellness="", deputy="", line=""),
        replace(ISLA, first_name=NAMES[0], last_name=NAMES[2], reference="p-canary", peer_worker="w-001"),
    )
    isla, ewan, morag = service.sms(ISLA), service.sms(EWAN_PHONE), await service.chat("Morag")
    invitation = await service.invites("morag")
    await service.starts()
    await morag.opens(invitation)
    await morag.gets("will tell you here")
    await service.time("09:30")
    await isla.gets("How is today")
    await isla.says("parakeetword")  # not understood
    await isla.gets("")
    await isla.says("2, toucanword")
    await service.twilio.fail("bad_gateway", target=EWAN_PHONE)
    await service.telegram.fail("server_error", target=morag.chat)
    await service.twilio.text(ISLA.phone, "captioncanary", forged=True)
    await service.twilio.text("+447700900298", "strangercanary")
    for phone in (isla, morag, ewan):
        phone.ignores("")
    await service.time("09:45")
    await service.twilio.wait_request("Messages.create", phone=EWAN_PHONE, fault="bad_gateway", within=PATIENCE)
    await service.time("09:46")
    text = await ewan.gets("(again)")
    await ewan.says(f"done {text.code} ibisword")
    await service.audited("escalation.resolved")
    wrong = await service.command("people", "invite", "p-canary-that-is-nobody")
    assert wrong.code != 0
    refused = await service.imports_rows(f"p-9,{NAMES[0]},Example,leith,service_user,{ISLA.phone},,,,,,,")
    assert refused.code == 1
    await service.stops()

    kept = [wrong.out, wrong.err, refused.out, refused.err, service.log.read_text()]
    places = {"database": _database(service), "log and errors": "\n".join(kept).encode()}
    secrets = [service.telegram.token, service.twilio.auth_token, HOOK_SECRET, KEY, invitation]
    for place, content in places.items():
        assert len(content) > 1000, place
        assert [one for one in (*NAMES, *WORDS, *NUMBERS, *secrets) if _stands_in(one, content)] == [], place


def _stands_in(canary: str, content: bytes) -> bool:
    """In any of the spellings in which it might have been written."""
    plain = canary.encode()
    forms = [plain, plain.removeprefix(b"+"), canary.encode("utf-16-le"), plain.hex().encode()]
    forms.append(base64.b64encode(plain)[: len(plain) // 3 * 4])
    return any(form in content for form in forms)


def _database(service: Service) -> bytes:
    if not service.on_postgresql:
        files = [one for one in Path(service.folder).iterdir() if one.name.startswith("blether.db")]
        return b"".join(one.read_bytes() for one in files)
    dumped = bytearray()
    with psycopg.connect(service.database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(
                sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
            ) as rows:
                for row in rows:
                    dumped += row
    return bytes(dumped)
