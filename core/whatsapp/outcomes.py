"""What came of a send. Three honest outcomes of a request that may have arrived, and one of a request that did not.

    Accepted    Meta has it: the wamid is the only link to its later statuses
    Refused     Meta said no, and why; it was not sent
    Uncertain   nobody knows: wait for a status that carries our callback data, never send again blindly
    NotSent     no byte left this machine: safe to try again
"""

from dataclasses import dataclass
from typing import TypeAlias

from core.whatsapp.errors import MetaError
from core.whatsapp.values import JsonObject


@dataclass(frozen=True, slots=True)
class Accepted:
    """`message_status` is `accepted`, or for templates `held_for_quality_assessment` or `paused`."""

    wamid: str
    contacts: tuple[JsonObject, ...]
    message_status: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """`retry_after` in seconds, when Meta told one; whether to retry at all is the error's `retry_class`.

    `regain_after`: seconds until the business account may call again; `app_usage`: per cent of what the app may call.
    `subcode` refines the code: of 190, 463 is expired, 460 a changed password, 467 revoked.
    """

    error: MetaError
    http_status: int
    fbtrace_id: str | None
    retry_after: float | None
    subcode: int | None = None
    regain_after: float | None = None
    app_usage: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    reason: str
    http_status: int | None = None
    fbtrace_id: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    reason: str


SendOutcome: TypeAlias = Accepted | Refused | Uncertain | NotSent
