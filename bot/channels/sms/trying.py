"""Tries an account's SID and token: fetches the account itself. Nothing is changed by it."""

from typing import Final

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from bot.channels.sms.http import TwilioHttpClient
from bot.channels.trial import Away, Right, Trial, Unwell, Wrong

PATIENCE: Final = 10.0  # seconds, for all of it
_WRONG: Final = (401, 403, 404)


async def try_twilio(account_sid: str, auth_token: str, api_url: str, patience: float = PATIENCE) -> Trial:
    """What Twilio says to them, within `patience` seconds; `Right.called` is the account's status (`active`).

    Raises nothing for what Twilio or a network may do.
    """
    http = TwilioHttpClient(api_url, patience, 1)
    try:
        account = await Client(account_sid, auth_token, http_client=http).api.v2010.accounts(account_sid).fetch_async()
    except TwilioRestException as fault:
        return Wrong() if fault.status in _WRONG else Unwell(str(fault.status))
    except TwilioException as fault:
        return Unwell(type(fault).__name__)
    except (aiohttp.ClientPayloadError, aiohttp.ContentTypeError) as fault:
        return Unwell(type(fault).__name__)
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        return Away(type(fault).__name__)
    finally:
        await http.close()
    return Right(str(account.status or ""))
