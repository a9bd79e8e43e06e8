"""The provider servers for the tests of this room."""

from tests.world.servers import telegram_process, telegram_server, twilio_process, twilio_server

__all__ = ["telegram_process", "telegram_server", "twilio_process", "twilio_server"]
