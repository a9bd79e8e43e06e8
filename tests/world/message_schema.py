"""The Message of Twilio's API as a JSON schema, from the field list of its published OpenAPI (2010-04-01)."""

from __future__ import annotations

from typing import Any

_RFC_2822 = r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$"
_FIELDS: dict[str, Any] = {
    "sid": {"type": "string", "pattern": "^(SM|MM)[0-9a-f]{32}$"},
    "account_sid": {"type": "string", "pattern": "^AC[0-9a-f]{32}$"},
    "messaging_service_sid": {"type": ["string", "null"], "pattern": "^MG[0-9a-f]{32}$"},
    "to": {"type": "string"},
    "from": {"type": ["string", "null"]},
    "body": {"type": "string"},
    "status": {
        "enum": [
            "queued",
            "sending",
            "sent",
            "failed",
            "delivered",
            "undelivered",
            "receiving",
            "received",
            "accepted",
            "scheduled",
            "read",
            "partially_delivered",
            "canceled",
        ]
    },
    "direction": {"enum": ["inbound", "outbound-api", "outbound-call", "outbound-reply"]},
    "num_segments": {"type": "string", "pattern": "^[0-9]+$"},
    "num_media": {"type": "string", "pattern": "^[0-9]+$"},
    "price": {"type": ["string", "null"]},
    "price_unit": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "error_code": {"type": ["integer", "null"]},
    "error_message": {"type": ["string", "null"]},
    "api_version": {"const": "2010-04-01"},
    "date_created": {"type": "string", "pattern": _RFC_2822},
    "date_updated": {"type": "string", "pattern": _RFC_2822},
    "date_sent": {"type": ["string", "null"], "pattern": _RFC_2822},
    "uri": {"type": "string", "pattern": r"^/2010-04-01/Accounts/AC[0-9a-f]{32}/Messages/\w{34}\.json$"},
    "subresource_uris": {"type": "object"},
}
MESSAGE: dict[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": sorted(_FIELDS),
    "additionalProperties": False,
}
PAGE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "messages": {"type": "array", "items": MESSAGE},
        "end": {"type": "integer"},
        "first_page_uri": {"type": "string"},
        "next_page_uri": {"type": ["string", "null"]},
        "page": {"type": "integer"},
        "page_size": {"type": "integer"},
        "previous_page_uri": {"type": ["string", "null"]},
        "start": {"type": "integer"},
        "uri": {"type": "string"},
    },
    "required": ["messages", "end", "first_page_uri", "next_page_uri", "page", "page_size", "start", "uri"],
    "additionalProperties": False,
}
