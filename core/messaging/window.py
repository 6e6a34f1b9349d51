"""The customer service window: free text may be sent for 24 h after the customer's last message.

Counted per (contact, number) from Meta's own timestamp. Source: Meta, "Send messages: customer service windows".
"""

from datetime import datetime, timedelta
from typing import Final

from core.errors import WindowClosed

WINDOW: Final = timedelta(hours=24)
FREE_OF_WINDOW: Final = frozenset({"template"})
"""Types that may be sent at any time."""


def refuse_closed_window(last_inbound_at: datetime | None, now: datetime) -> None:
    """Raises WindowClosed with the time of expiry and the cure. `now` is ours, `last_inbound_at` Meta's."""
    if last_inbound_at is None:
        raise WindowClosed(
            "The customer has not written to this number yet: send a template to begin.", expired_at=None
        )
    expiry = last_inbound_at + WINDOW
    if now >= expiry:
        raise WindowClosed(
            f"The customer last wrote more than 24 hours ago; the window closed at {expiry:%Y-%m-%d %H:%M} UTC: "
            "send a template, or wait until the customer writes.",
            expired_at=expiry.isoformat(),
        )
