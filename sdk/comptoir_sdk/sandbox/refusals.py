"""Meta's refusals: the error body of the Graph API, with the codes and details clients decide on.

Source: developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes.
"""

import secrets
from typing import Any

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class Refusal(Exception):
    """The Graph API says no: `status` is the HTTP status, `code` Meta's, `details` the sentence that helps."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        details: str = "",
        *,
        subcode: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"({code}) {message} {details}".strip())
        self.status, self.code, self.message, self.details = status, code, message, details
        self.subcode, self.headers = subcode, headers or {}

    def body(self) -> dict[str, Any]:
        """The JSON Meta answers with."""
        error: dict[str, Any] = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error}


def token_refused() -> Refusal:
    """No token, or one this sandbox was not started with."""
    return Refusal(401, 190, "Invalid OAuth access token - Cannot parse access token")


def token_expired() -> Refusal:
    """The token was good once (subcode 463)."""
    message = "Error validating access token: Session has expired on Monday, 23-Nov-26 10:00:00 PST."
    return Refusal(401, 190, message, subcode=463)


def unknown_object(node: str, method: str = "post") -> Refusal:
    """Graph's answer to an id that does not exist or is not yours."""
    message = (
        f"Unsupported {method} request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return Refusal(400, 100, message, subcode=33)


def parameter(details: str) -> Refusal:
    """A parameter of the request itself is wrong or absent."""
    return Refusal(400, 100, f"(#100) {details}")


def missing(details: str) -> Refusal:
    """131008."""
    return Refusal(400, 131008, "(#131008) Required parameter is missing", details)


def invalid(details: str) -> Refusal:
    """131009."""
    return Refusal(400, 131009, "(#131009) Parameter value is not valid", details)


def not_allowed() -> Refusal:
    """131030: test numbers reach only the numbers on their list."""
    details = "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again."
    return Refusal(400, 131030, "(#131030) Recipient phone number not in allowed list", details)


def recipient_blocked() -> Refusal:
    """130403: the business has blocked this customer."""
    return Refusal(400, 130403, "(#130403) Access denied", "The business blocked this user: unblock them to send")


def recipient_is_sender() -> Refusal:
    """131021."""
    details = "Sender and recipient phone number is the same"
    return Refusal(400, 131021, "(#131021) Recipient cannot be sender", details)


def status_error(code: int, title: str, details: str) -> dict[str, Any]:
    """The same refusal in the shape a `failed` status carries."""
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}, "href": HREF}


WINDOW_CLOSED = status_error(
    131047,
    "Re-engagement message",
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
)
UNDELIVERABLE = status_error(
    131026, "Message undeliverable", "Message Undeliverable. Ask the customer to update WhatsApp."
)
HEALTHY_ECOSYSTEM = status_error(
    131049,
    "This message was not delivered to maintain healthy ecosystem engagement.",
    "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
)
MEDIA_FAILED = status_error(
    131053, "Media upload error", "Unable to upload the media used in the message: the link could not be fetched."
)
