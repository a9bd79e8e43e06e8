"""Whether providers can be reached and know our tokens. Each is given up after a while; nothing is changed there."""

from datetime import UTC, datetime
from typing import Final, assert_never

from bot.channels.sms.trying import try_twilio
from bot.channels.telegram.trying import try_telegram
from bot.channels.trial import Away, Right, Trial, Unwell, Wrong
from bot.checkup.finding import Finding
from bot.checkup.judging import webhook
from bot.settings import Settings, TelegramSettings, TwilioSettings

_ACTIVE: Final = "active"


async def look_at_telegram(settings: Settings, telegram: TelegramSettings, now: datetime) -> Finding:
    """The bot's token, and how its updates come."""
    found = await try_telegram(telegram.token.get_secret_value(), telegram.api_url)
    if not isinstance(found, Right):
        return _not_right("telegram", found, "`/token` at BotFather shows the right one: put it into its file")
    wanted = f"{settings.web.public_url}/telegram/{telegram.account}" if telegram.mode == "webhook" else ""
    last = None if found.last_fault is None else datetime.fromtimestamp(found.last_fault, UTC)
    odd = webhook(wanted, found.webhook, last, found.waiting, now)
    if odd is not None:
        return Finding("warn", "telegram", *odd)
    return Finding("ok", "telegram", f"@{found.called} answers; {telegram.mode}")


async def look_at_twilio(twilio: TwilioSettings) -> Finding:
    """The account's SID and token, and whether it may send."""
    found = await try_twilio(twilio.account_sid, twilio.auth_token.get_secret_value(), twilio.api_url)
    if not isinstance(found, Right):
        return _not_right("twilio", found, "the console's first page shows both: put them into the configuration")
    if found.called != _ACTIVE:
        return Finding(
            "fail", "twilio", "the account is not active", "Twilio's console says why it was suspended or closed"
        )
    return Finding("ok", "twilio", "the account is active")


def _not_right(name: str, found: Wrong | Away | Unwell, right: str) -> Finding:
    return Finding("fail", name, *in_words(found, right))


def in_words(found: Wrong | Away | Unwell, right: str) -> tuple[str, str]:
    """What went wrong, and what to do; `right` is where the right token is found."""
    match found:
        case Wrong():
            return "answered, and does not know this token", right
        case Away(code):
            return (
                f"no answer ({code})",
                "is this machine online, and may it reach the provider? The token was not tried",
            )
        case Unwell(code):
            return f"answered, but neither yes nor no ({code})", "try again in a while; the token is not proved wrong"
        case _:
            assert_never(found)


__all__ = ["Trial", "in_words", "look_at_telegram", "look_at_twilio"]
