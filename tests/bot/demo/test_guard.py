"""Who may do what: this machine's own browser, on the demo's own page."""

from typing import Any

from httpx import AsyncClient

from tests.bot.demo.watching import Watcher

CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("phones/Isla", {"text": "STOP"}),
    ("phones/Isla", {"behave": "off"}),
    ("clock", {"jump": "next"}),
    ("scene", {"scene": "stop"}),
    ("reset", {}),
)


async def test_this_machine_is_let_in(client):
    for host in ("127.0.0.1:8000", "127.0.0.1", "localhost:8000", "localhost"):
        assert (await client.get("/demo/state", headers={"Host": host})).status_code == 200, host


async def test_another_name_led_to_this_machine_is_not(client):
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "192.0.2.1:8000"):
        for path in ("/", "/demo/state", "/demo/events", "/demo/static/demo.js"):
            assert (await client.get(path, headers={"Host": host})).status_code == 400, (host, path)


async def refused(client: AsyncClient, status: int, **how: Any) -> None:
    """Every change, asked for like this, is answered with this status and changes nothing."""
    before = await Watcher(client).state()
    for path, content in CHANGES:
        answer = await client.post(f"/demo/{path}", **({"json": content} | how))
        assert (answer.status_code, set(answer.json())) == (status, {"error"}), how
    assert await Watcher(client).state() == before, how


async def test_another_sites_page_can_change_nothing(client):
    for origin in ("https://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8000"):
        await refused(client, 403, headers={"Origin": origin})
    for site in ("cross-site", "same-site"):
        await refused(client, 403, headers={"Sec-Fetch-Site": site})


async def test_the_page_itself_can(client):
    headers = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/demo/clock", json={"jump": "next"}, headers=headers)).status_code == 200


async def test_what_a_form_can_send_is_refused(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        await refused(client, 422, json=None, content=b'{"jump": "next"}', headers={"Content-Type": kind})


async def test_more_than_a_text_can_be_is_refused(client):
    await refused(client, 422, json={"text": "x" * 1_000_000})


async def test_other_methods_are_not_there(client):
    for method, path in (
        ("GET", "/demo/clock"),
        ("GET", "/demo/reset"),
        ("GET", "/demo/phones/Isla"),
        ("POST", "/demo/state"),
        ("PUT", "/"),
    ):
        assert (await client.request(method, path)).status_code == 405, (method, path)


async def test_nothing_else_is_there(client):
    for path in ("/healthz", "/telegram/main", "/demo/static/../web.py", "/demo/static/..%2fweb.py"):
        assert (await client.get(path)).status_code == 404, path
