"""When Meta gave no answer to judge: why, and whose turn it is. Never taken for good news."""

from typing import Final

from core.messaging.doctor.finding import Check, Finding
from core.messaging.doctor.reply import NoWord, Reply
from core.whatsapp.error_codes import PERMISSIONS
from core.whatsapp.errors import RetryClass
from core.whatsapp.outcomes import Refused

TOKEN_REFUSED: Final = frozenset({0, 104, 190})
"""Meta does not take the token at all."""
UNKNOWN_OBJECT: Final = frozenset({33, 803})
_BUSY: Final = frozenset({4, 17, 613, 80007})
_BAD_PARAMETER: Final = 100


def no_word(check: Check, reply: NoWord) -> Finding:
    """A check that could not be made, or that Meta refused for a reason of its own."""
    if reply.refused is None:
        state = "failed" if reply.why in ("forbidden", "untrusted") else "unknown"
        return Finding(check, "failed" if state == "failed" else "unknown", f"any.{reply.why}")
    code, details = reply.refused.error.code, reply.refused.error.details
    if code in TOKEN_REFUSED:
        return Finding(check, "unknown", "any.token_first")
    if names_nothing(reply.refused):
        return Finding(check, "unknown", "any.number_first")
    if code in PERMISSIONS:
        return Finding(check, "failed", "any.permission", {"details": details})
    if code in _BUSY:
        return Finding(check, "unknown", "any.busy")
    if reply.refused.error.retry_class is RetryClass.UNKNOWN_FATE or reply.refused.http_status >= 500:
        return Finding(check, "unknown", "any.trouble")
    return Finding(check, "failed", "any.refused", {"code": str(code), "details": details})


def token_refused(reply: Reply[object]) -> Refused | None:
    """Meta's word that it does not take the token, when this is what it said."""
    refused = reply.refused if isinstance(reply, NoWord) else None
    return refused if refused is not None and refused.error.code in TOKEN_REFUSED else None


def names_nothing(refused: Refused) -> bool:
    """Whether Meta knows no such object, or shows it to nobody with this token."""
    code, subcode = refused.error.code, refused.subcode
    return code in UNKNOWN_OBJECT or (code == _BAD_PARAMETER and subcode in UNKNOWN_OBJECT)


def proof_refused(refused: Refused) -> bool:
    """Whether appsecret_proof was wrong. Meta has no code of its own for it, so its words decide."""
    return refused.error.code == _BAD_PARAMETER and "appsecret_proof" in refused.error.details
