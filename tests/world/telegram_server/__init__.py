"""A strict Telegram Bot API server for tests, as a process: `python -m tests.world.telegram_server --port 0`.

It answers as api.telegram.org does, refusals included, and has a control door (`POST /control/NAME`) for the people
who write to the bot, for failures and for looking at what was sent. `tests.world.servers.TelegramServer` drives it.
"""
