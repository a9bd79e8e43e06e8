"""A strict Twilio API server for tests, as a process: `python -m tests.world.twilio_server --port 0`.

It answers as api.twilio.com does (2010-04-01: Messages and the account), sends signed status callbacks and inbound
texts to the bot, and has a control door (`POST /control/NAME`). `tests.world.servers.TwilioServer` drives it.
"""
