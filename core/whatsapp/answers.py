"""What the Graph API answered, read with suspicion: what we cannot read tells us nothing about the message."""

from collections.abc import Mapping
from typing import Any

from core.whatsapp.body import Undecodable, read
from core.whatsapp.errors import RetryClass, explain, is_known
from core.whatsapp.outcomes import Accepted, Refused, Uncertain
from core.whatsapp.reading import errors, mapping, text
from core.whatsapp.values import JsonObject


def classify(http_status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Accepted | Refused | Uncertain:
    """The answer to a send. Meta's code decides; the HTTP status only where there is no code we know."""
    answer = document(body)
    if answer is None:
        return Uncertain(f"the answer (HTTP {http_status}) is not JSON", http_status)
    if mapping(answer.get("error")) is not None:
        return _error(http_status, answer["error"], headers or {})
    if 200 <= http_status < 300:
        return _accepted(http_status, answer)
    return Uncertain(f"HTTP {http_status} without an error that can be read", http_status)


def document(body: bytes) -> JsonObject | None:
    """The body as a JSON object, or None when it is anything else, cut short included."""
    try:
        return mapping(read(body))
    except Undecodable:
        return None


def refusal(http_status: int, error: JsonObject, headers: Mapping[str, str]) -> Refused:
    """Meta's error object in our words."""
    told = errors([error])[0]
    return Refused(
        error=explain(told.code, told.details or told.title),
        http_status=http_status,
        fbtrace_id=text(error.get("fbtrace_id")),
        retry_after=retry_after(headers),
        subcode=_number(error.get("error_subcode")),
        regain_after=regain_after(headers),
        app_usage=app_usage(headers),
    )


def _number(value: Any) -> int | None:
    told = text(value)
    return int(told) if told is not None and told.isascii() and told.isdecimal() and len(told) <= 9 else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as told by Retry-After; None when it is absent, or a date."""
    told = headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdecimal() and len(told) <= 9 else None


def regain_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the business account may call again, as told by X-Business-Use-Case-Usage (in minutes there)."""
    minutes = [
        entry.get("estimated_time_to_regain_access")
        for uses in (document(headers.get("x-business-use-case-usage", "").encode()) or {}).values()
        if isinstance(uses, list)
        for entry in uses
        if isinstance(entry, dict)
    ]
    known = [told for told in minutes if isinstance(told, (int, float)) and told > 0]
    return max(known) * 60.0 if known else None


def app_usage(headers: Mapping[str, str]) -> float | None:
    """Per cent of the app's calls that are used up, as told by X-App-Usage."""
    told = (document(headers.get("x-app-usage", "").encode()) or {}).values()
    known = [float(share) for share in told if isinstance(share, (int, float)) and not isinstance(share, bool)]
    return max(known, default=None)


def _error(http_status: int, error: JsonObject, headers: Mapping[str, str]) -> Refused | Uncertain:
    refused = refusal(http_status, error, headers)
    code = refused.error.code
    transient = http_status >= 500 or error.get("is_transient") is True
    if refused.error.retry_class is RetryClass.UNKNOWN_FATE or (transient and not is_known(code)):
        return Uncertain(f"Meta answered HTTP {http_status} with code {code}", http_status, refused.fbtrace_id)
    return refused


def _accepted(http_status: int, answer: JsonObject) -> Accepted | Uncertain:
    messages: Any = answer.get("messages")
    first = mapping(messages[0]) if isinstance(messages, list) and messages else None
    wamid = text(first.get("id")) if first else None
    if first is None or wamid is None:
        return Uncertain(f"HTTP {http_status} without a message id", http_status)
    contacts = answer.get("contacts")
    told = tuple(c for c in contacts if isinstance(c, dict)) if isinstance(contacts, list) else ()
    return Accepted(wamid, told, text(first.get("message_status")))
