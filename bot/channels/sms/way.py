"""A way to Twilio: its client over a pool of connections of its own, so that what may wait is never in the way of what may
not. Opened at the first use, inside a running loop.
"""

from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageList

from bot.channels.sms.http import TwilioHttpClient


class Way:
    """One pool. `timeout` in seconds for a whole request."""

    def __init__(self, account_sid: str, auth_token: str, api_url: str, *, timeout: float, connections: int) -> None:
        self._account_sid, self._auth_token = account_sid, auth_token
        self._api_url, self._timeout, self._connections = api_url, timeout, connections
        self._http: TwilioHttpClient | None = None
        self._client: Client | None = None

    def messages(self) -> MessageList:
        """The account's messages: to be sent, to be listed."""
        if self._client is None:
            self._http = TwilioHttpClient(self._api_url, self._timeout, self._connections)
            self._client = Client(self._account_sid, self._auth_token, http_client=self._http)
        return self._client.messages

    async def close(self) -> None:
        """Give the connections back; the next use opens them anew."""
        if self._http is not None:
            await self._http.close()
        self._http = self._client = None
