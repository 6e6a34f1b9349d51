"""What stands in `messages.error` while, or after, sending went wrong: title, cause and cure in plain words.

`code` is Meta's, or null when the trouble is not Meta's refusal; `kind` is then ours, for screens that translate.
"""

from typing import Any, Final

from core.whatsapp.errors import explain
from core.whatsapp.outcomes import Refused

ErrorJson = dict[str, Any]


def _ours(kind: str, title: str, cause: str, cure: str) -> ErrorJson:
    return {"code": None, "kind": kind, "title": title, "cause": cause, "cure": cure, "details": ""}


NO_ANSWER: Final = _ours(
    "no_answer", "No answer from WhatsApp yet",
    "WhatsApp did not answer clearly, so this message may or may not have left.",
    "Wait: WhatsApp usually tells within a minute. It is not sent again before that.",
)
UNREACHABLE: Final = _ours(
    "unreachable", "WhatsApp cannot be reached",
    "No connection to WhatsApp could be made, so nothing was sent.",
    "Nothing to do: it is tried again until it works.",
)
UPLOADING: Final = _ours(
    "uploading", "The file is not at WhatsApp yet",
    "The file of this message is still being uploaded to WhatsApp, or could not be just now; nothing was sent.",
    "Nothing to do: it is tried again until it works.",
)
WORKER_DIED: Final = _ours(
    "interrupted", "Sending was interrupted",
    "The program stopped while this message was leaving, so it may or may not have left.",
    "Wait: WhatsApp usually tells within a minute. It is not sent again before that.",
)
STILL_SILENT: Final = _ours(
    "ask", "Nobody knows whether this was sent",
    "WhatsApp has told nothing about this message. It may have reached the customer, or not.",
    "Look at the conversation, then send it again if the customer did not get it.",
)
DOUBLED: Final = _ours(
    "doubled", "Sent twice",
    "WhatsApp confirmed an earlier attempt after the message had been sent again.",
    "The customer has it twice; nothing more is needed.",
)


def unsendable(reason: str) -> ErrorJson:
    """WhatsApp would refuse it, so it did not leave."""
    return _ours("unsendable", "This message cannot be sent", reason, "Change it, and send it as a new message.")


def with_reason(error: ErrorJson, reason: str) -> ErrorJson:
    """The same words with what was seen, for support."""
    return {**error, "details": reason}


def from_refusal(refused: Refused) -> ErrorJson:
    """Meta's refusal in words of cause and cure, with what support asks for."""
    error = refused.error
    return {"code": error.code, "title": error.title, "cause": error.cause, "cure": error.cure,
            "details": error.details, "fbtrace_id": refused.fbtrace_id}


def from_code(code: int, details: str = "") -> ErrorJson:
    """The words of a code that we foresee ourselves, without asking Meta."""
    error = explain(code, details)
    return {"code": code, "title": error.title, "cause": error.cause, "cure": error.cure, "details": details,
            "fbtrace_id": None}
