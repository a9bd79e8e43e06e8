"""The provider servers, one process each a test session."""

from tests.world.servers import telegram_process, telegram_server, twilio_process, twilio_server

__all__ = ["telegram_process", "telegram_server", "twilio_process", "twilio_server"]
