"""One update, read alone."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Incoming, Press, Unreadable
from bot.channels.telegram.updates import read_update, update_id
from bot.channels.unreadable import words_in

ROW = UUID("0198f2c4-7a31-7c55-9a01-5d7b1f0a2c3d")
ISLA: dict[str, Any] = {"id": 7001, "is_bot": False, "first_name": "Isla"}
CHAT: dict[str, Any] = {"id": 7001, "type": "private", "first_name": "Isla"}
GROUP: dict[str, Any] = {"id": -100500, "type": "supergroup", "title": "Walkers"}
BOT: dict[str, Any] = {"id": 42, "is_bot": True, "first_name": "blether"}


def message(chat: dict[str, Any] = CHAT, **content: object) -> dict[str, Any]:
    return {"message_id": 9, "date": 1_760_000_000, "chat": chat, "from": ISLA, **content}


def read(**parts: object) -> Incoming:
    found = read_update("main", {"update_id": 5, **parts})
    assert isinstance(found, Incoming), found
    return found


def test_a_text_keeps_its_words_its_chat_and_the_time_in_utc() -> None:
    found = read(message=message(text="  2 \n🙂"))
    assert (found.account, found.provider_id, found.sender, found.kind) == ("main", "5", "7001", "text")
    assert found.text == "  2 \n🙂"
    assert found.sent_at == datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)


def test_the_raw_object_is_kept_whole() -> None:
    assert json.loads(read(message=message(text="dinnae ken"), newer={"a": 1}).raw)["newer"] == {"a": 1}


@pytest.mark.parametrize("text", ["", "x" * 4096, "🙂🙂", "\x00\x07\x1b[0m", "‮", " "])
def test_odd_texts_are_texts(text: str) -> None:
    assert read(message=message(text=text)).text == text


def test_a_lone_surrogate_becomes_a_character_that_can_be_stored() -> None:
    found = read(message=json.loads(json.dumps(message(text="a\ud83d b"))))
    assert found.text == "a\ufffd b"
    assert found.raw.isascii()


MEDIA: list[dict[str, Any]] = [
    {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
    {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], "caption": "look at this"},
    {"sticker": {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "is_animated": False,
                 "is_video": False, "type": "regular"}},
    {"location": {"longitude": -3.2, "latitude": 55.9}},
    {"document": {"file_id": "f", "file_unique_id": "u"}},
    {"video_note": {"file_id": "f", "file_unique_id": "u", "length": 1, "duration": 3}},
    {"contact": {"phone_number": "+447700900123", "first_name": "Morag"}},
    {"hologram": {"file_id": "f"}},
]  # fmt: skip


@pytest.mark.parametrize("content", MEDIA, ids=lambda content: next(iter(content)))
def test_what_is_no_text_is_media_with_its_caption(content: dict[str, Any]) -> None:
    found = read(message=message(**content))
    assert (found.kind, found.text) == ("media", content.get("caption", ""))


def test_a_service_message_is_nothing_of_ours() -> None:
    assert read(message=message(pinned_message=message(text="old"))).kind == "other"


def test_an_edit_is_an_edit_with_its_new_words_and_time() -> None:
    found = read(edited_message=message(text="I took the lot", edit_date=1_760_000_060))
    assert (found.kind, found.text) == ("edit", "I took the lot")
    assert found.sent_at == datetime(2025, 10, 9, 8, 54, 20, tzinfo=UTC)


def query(data: str | None, **more: object) -> dict[str, Any]:
    return {"id": "77", "from": ISLA, "chat_instance": "c", "data": data, **more}


def test_a_press_names_the_outbox_row_and_the_option() -> None:
    found = read(callback_query=query(f"{ROW.hex}:3", message=message(text="How are you?")))
    assert (found.kind, found.press, found.sender, found.callback_id) == ("press", Press(ROW, 3), "7001", "77")


def test_a_press_on_a_message_too_old_to_be_shown_is_still_a_press() -> None:
    gone = {"message_id": 9, "date": 0, "chat": CHAT}
    assert read(callback_query=query(f"{ROW.hex}:0", message=gone)).press == Press(ROW, 0)


@pytest.mark.parametrize("data", ["menu", None, f"{ROW.hex}:x"])
def test_a_press_of_no_button_of_ours_is_other_and_can_still_be_answered(data: str | None) -> None:
    found = read(callback_query=query(data, message=message(text="?")))
    assert (found.kind, found.press, found.callback_id) == ("other", None, "77")


def member(status: str) -> dict[str, Any]:
    extra = {"until_date": 0} if status == "kicked" else {}
    return {"user": BOT, "status": status, **extra}


def change(chat: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {"chat": chat, "from": ISLA, "date": 1_760_000_000, "old_chat_member": member(old),
            "new_chat_member": member(new)}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "kind"), [("member", "kicked", "blocked"), ("kicked", "member", "unblocked")])
def test_blocking_and_unblocking_are_told(old: str, new: str, kind: str) -> None:
    found = read(my_chat_member=change(CHAT, old, new))
    assert (found.kind, found.sender) == (kind, "7001")


def test_being_put_into_a_group_names_the_group() -> None:
    found = read(my_chat_member=change(GROUP, "left", "member"))
    assert (found.kind, found.sender) == ("group", "-100500")


def test_having_left_a_group_asks_for_nothing_more() -> None:
    assert read(my_chat_member=change(GROUP, "member", "left")).kind == "other"


@pytest.mark.parametrize(
    "parts",
    [{"message": message(GROUP, text="2")}, {"edited_message": message(GROUP, text="2")},
     {"channel_post": message({**GROUP, "type": "channel"}, text="2")},
     {"callback_query": query(f"{ROW.hex}:3", message=message(GROUP, text="?"))}],
)  # fmt: skip
def test_whatever_comes_from_a_group_is_only_a_group(parts: dict[str, Any]) -> None:
    found = read(**parts)
    assert (found.kind, found.sender, found.text, found.press) == ("group", "-100500", "", None)


BROKEN: list[object] = [
    {"update_id": 5, "message": {"message_id": 9, "chat": {"id": 7001, "type": "private"}}},
    {"update_id": 5, "message": message(text=7)},
    {"update_id": 5, "message": message(text="2", date="yesterday")},
    {"update_id": 5, "message": message(text="2", date=10**18)},
    {"update_id": 5, "message": message(text="2", entities=[{"nothing": 1}])},
    {"update_id": 5, "message": "2"},
    {"update_id": 5, "callback_query": {"from": ISLA}},
    {"update_id": 5, "my_chat_member": {"chat": CHAT}},
]


@pytest.mark.parametrize("raw", BROKEN)
def test_an_update_that_cannot_be_read_is_set_aside_with_its_number(raw: object) -> None:
    found = read_update("main", raw)
    assert isinstance(found, Unreadable)
    assert (found.provider_id, json.loads(found.raw)) == ("5", raw)
    assert found.reason.isidentifier()


def test_the_chat_of_an_unreadable_update_is_found_where_it_can_be() -> None:
    found = read_update("main", BROKEN[0])
    assert isinstance(found, Unreadable)
    assert found.sender == "7001"


@pytest.mark.parametrize("raw", [None, [], "x", 7, {}, {"update_id": "5"}, {"update_id": True}])
def test_an_object_without_a_number_gets_a_name_that_stays_the_same(raw: object) -> None:
    first, second = read_update("main", raw), read_update("main", raw)
    assert isinstance(first, Unreadable)
    assert first == second
    assert first.provider_id.startswith("unnumbered-")
    assert update_id(raw) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["chat", "id", "type", "from", "text", "date", "message", "data", "caption", "message_id"]),
        inner, max_size=6,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.fixed_dictionaries({
    "update_id": st.integers(0, 2**31),
    "kind": st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "channel_post"]),
    "content": json_values,
}))  # fmt: skip
def test_no_object_whatever_makes_it_raise(drawn: dict[str, Any]) -> None:
    found = read_update("main", {"update_id": drawn["update_id"], drawn["kind"]: drawn["content"]})
    assert found.provider_id == str(drawn["update_id"])
    words_in(found.raw)
