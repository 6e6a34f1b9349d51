"""Message links and their QR codes: at most 2,000 for a number, 140 characters each. Source: Meta, "QR codes"."""

import secrets
from typing import Any

from comptoir_sdk.sandbox.refusals import Refusal, invalid, parameter

MOST = 2000
LONGEST = 140
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class QrLinks:
    """By their codes."""

    def __init__(self) -> None:
        self.messages: dict[str, str] = {}

    def write(self, body: Any) -> dict[str, Any]:
        """Make one, or change the one whose `code` is given."""
        told = body if isinstance(body, dict) else {}
        message = told.get("prefilled_message")
        if not isinstance(message, str) or not message.strip():
            raise parameter("The parameter prefilled_message is required.")
        if len(message) > LONGEST:
            raise parameter(f"Param prefilled_message must be at most {LONGEST} characters long.")
        image = told.get("generate_qr_image")
        if image not in (None, "PNG", "SVG"):
            raise parameter("Param generate_qr_image must be one of {PNG, SVG}")
        code = str(told["code"]) if "code" in told else self._new()
        if code not in self.messages and "code" in told:
            raise unknown(code)
        self.messages[code] = message
        return self.shown(code, image)

    def shown(self, code: str, image: str | None = None) -> dict[str, Any]:
        told = {"code": code, "prefilled_message": self.messages[code],
                "deep_link_url": f"https://wa.me/message/{code}"}  # fmt: skip
        return told | ({"qr_image_url": f"https://scontent.xx.fbcdn.net/{code}.{image.lower()}"} if image else {})

    def remove(self, code: str) -> None:
        if self.messages.pop(code, None) is None:
            raise unknown(code)

    def _new(self) -> str:
        if len(self.messages) >= MOST:
            raise invalid(f"A number has at most {MOST} QR codes: delete one first")
        return "".join(secrets.choice(_LETTERS) for _ in range(14))


def unknown(code: str) -> Refusal:
    return Refusal(400, 100, f"(#100) There is no QR code {code}")
