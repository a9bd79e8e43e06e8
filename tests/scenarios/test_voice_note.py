"""A voice note cannot be heard: its sender is told so with the crisis numbers, and a person is asked to look."""

from tests.world.household import ISLA, MORAG_PHONE
from tests.world.service import Service


async def test_a_voice_note_is_answered_and_a_supervisor_is_told(sqlite_service: Service):
    service = sqlite_service
    service.configure()
    await service.imports(ISLA)
    isla, morag = await service.chat("Isla"), service.sms(MORAG_PHONE)
    code = await service.invites("p-001")
    await service.starts()
    await isla.opens(code)
    await isla.gets("already set up")
    await isla.sends("voice")
    await isla.gets("I can't hear or see these. Please type it, or text TALK. Not safe? 999, or 116 123")
    await morag.gets("which I can't hear or see")
