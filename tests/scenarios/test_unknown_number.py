"""A number that nobody knows gets one polite answer a day that reveals nothing; group chats are left."""

from tests.world.service import Service


async def test_a_stranger_is_answered_once_a_day(service: Service):
    service.configure()
    stranger = service.sms("+447700900299")
    await service.starts()
    for words in ("hello?", "who is this", "2"):
        await stranger.says(words)
    await stranger.gets("I don't know this number")
    await service.settles()
    assert await stranger.unread() == []
    await service.time("09:29", day=1)
    await stranger.says("hello again")
    await stranger.gets("I don't know this number")


async def test_a_group_is_left_without_a_word(sqlite_service: Service):
    service = sqlite_service
    service.configure()
    await service.starts()
    someone = await service.chat("Someone", started=True)
    group = await service.telegram.group()
    await service.telegram.place_bot(group, sender=someone.chat)
    await service.telegram.wait_request("leaveChat")
    assert await service.telegram.membership(group) == "left"
    assert await service.telegram.messages(group) == []
