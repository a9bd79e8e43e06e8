"""A running bot seals its audit, can be scraped, and calls whoever watches over it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.world.household import CHECK_IN, ISLA
from tests.world.service import Service
from tests.world.waiting import until


@asynccontextmanager
async def somebody_who_watches() -> AsyncIterator[tuple[str, list[str]]]:
    """An address, and the request lines that came to it."""
    lines: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := (await reader.readline()).decode().strip():
            lines.append(line)
            while await reader.readline() != b"\r\n":
                pass
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", lines


async def scrape(service: Service) -> dict[str, float]:
    """Sums over labels, of the first process."""
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{service.running[0].url}/metrics")
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    return sums


async def test_a_running_bot_can_be_watched(service: Service):
    async with somebody_who_watches() as (url, calls):
        service.configure(
            f'[watching]\nheartbeat_url = "{url}/beat"\nfailing_url = "{url}/fail"\n',
            CHECK_IN,
        )
        text = service.config.read_text()
        service.config.write_text(text.replace("[telegram]", 'audit_head_file = "audit-head"\n[telegram]', 1))
        await service.imports(ISLA)
        isla = service.sms(ISLA)
        await service.starts()
        await until(lambda: calls, "a heartbeat")
        await service.time("09:30")
        await isla.gets("How is today")
        await isla.says("8")
        await isla.gets("Isla")

        async def counted() -> bool:
            found = await scrape(service)
            return found.get("blether_inbound_total", 0) == 1 and found["blether_audit_unsealed_entries"] == 0

        await until(counted, "everything to be sealed and counted", within=30)
        found = await scrape(service)
        assert found["blether_loops_alive"] == found["blether_database_up"] == 1
        assert found["blether_sends_total"] >= 2
        assert found["blether_quarantine_waiting"] == found.get("blether_repairs_total", 0) == 0
        assert set(calls) == {"GET /beat HTTP/1.1"}
        verified = await service.command("audit", "verify")
        assert verified.code == 0
        assert verified.out.startswith("ok ")
        assert (service.folder / "audit-head").exists()
