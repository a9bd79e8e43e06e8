"""The Telegram drawer: python-telegram-bot as a protocol client, nothing more of it."""
