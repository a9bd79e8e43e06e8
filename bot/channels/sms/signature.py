"""Whether a webhook is Twilio's: HMAC-SHA1 over the public address and the sorted form, in base64.

Twilio: "Validating requests". The part after # is not signed; whether the port is, Twilio leaves open, so both are
tried. SHA-1 is Twilio's choice; as an HMAC it still holds.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

HEADER = "X-Twilio-Signature"
_PORTS = {"https": 443, "http": 80}


def signature(auth_token: str, url: str, form: Iterable[tuple[str, str]]) -> str:
    """The signature of exactly this address and form; fields that come twice count once for each value."""
    fields = "".join(name + value for name, value in sorted(set(form)))
    signed = (url + fields).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.new(auth_token.encode(), signed, hashlib.sha1).digest()).decode()


def is_genuine(auth_token: str, url: str, form: Iterable[tuple[str, str]], given: str) -> bool:
    """Whether `given` signs the form posted to `url`, with or without a port. Takes the same time whatever is given."""
    fields = list(form)
    claimed = given.encode("utf-8", "replace")
    found = [hmac.compare_digest(signature(auth_token, each, fields).encode(), claimed) for each in spellings(url)]
    return any(found)


def spellings(url: str) -> tuple[str, str]:
    """The address without its port, and with it; without what follows #."""
    parts = urlsplit(url)._replace(fragment="")
    host = parts.netloc.rpartition("@")[2]
    before = parts.netloc[: len(parts.netloc) - len(host)]
    bare = host.rsplit(":", 1)[0] if parts.port is not None else host
    port = parts.port if parts.port is not None else _PORTS.get(parts.scheme, 443)
    return urlunsplit(parts._replace(netloc=before + bare)), urlunsplit(parts._replace(netloc=f"{before}{bare}:{port}"))
