"""The one way out: every HTTP request of the kernel and of plugins leaves through an Egress."""

from core.egress.client import Answer, Download, Egress, Timeouts
from core.egress.errors import EgressError, Forbidden, Interrupted, NotSent, TooLarge

__all__ = [
    "Answer", "Download", "Egress", "EgressError", "Forbidden", "Interrupted", "NotSent", "Timeouts", "TooLarge",
]  # fmt: skip
