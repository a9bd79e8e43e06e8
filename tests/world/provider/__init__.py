"""What the Telegram and the Twilio test servers share: serving, faults, the journal, addresses."""
