"""The working service: channels, conversations, schedules, escalation, delivery, web and command line."""
