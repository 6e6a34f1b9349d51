"""Errors named for the caller's decision.

Problem                  becomes RFC 9457 problem JSON
├── Invalid              422  the request is understood and wrong: change it
├── NotFound             404  absent, or another tenant's: the same answer
├── Forbidden            403  known, and not allowed
│   └── Suspended        403  the caller's organisation is suspended, or being deleted
├── Unauthenticated      401  log in first
│   └── SecondFactorNeeded 401  the password is right: prove the second factor
├── Conflict             409  the state has moved on: look again
│   ├── NameTaken        409  choose another name
│   ├── RoleInUse        409  give its members, keys and invitations another role first
│   ├── LastOwner        409  make somebody else an owner first
│   ├── ExportFirst      409  what is about to be deleted was not exported
│   └── NewerMessages    409  a colleague or the customer wrote since: read, or send anyway
├── WindowClosed         422  24 h after the customer's last message: use a template
├── Rejected             422  a filter_outbound hook said no
├── SpentLink            410  a link that works once: used, expired or replaced
├── TooMany              429  slow down
└── Unavailable          503  a service we need is away: try again
"""

from typing import Any, ClassVar


class Problem(Exception):
    """An answer of RFC 9457: `type` names the kind, `detail` says what to do, `extra` carries further members."""

    status: ClassVar[int] = 400
    type: ClassVar[str] = "bad-request"
    title: ClassVar[str] = "Bad request"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    def as_json(self) -> dict[str, Any]:
        return {"type": f"/problems/{self.type}", "title": self.title, "status": self.status, "detail": self.detail,
                **self.extra}


class Invalid(Problem):
    status, type, title = 422, "invalid", "The request is not valid"


class NotFound(Problem):
    status, type, title = 404, "not-found", "Not found"


class Forbidden(Problem):
    status, type, title = 403, "forbidden", "Not allowed"


class Suspended(Forbidden):
    type, title = "suspended", "The organisation is suspended"


class Unauthenticated(Problem):
    status, type, title = 401, "unauthenticated", "Not logged in"


class SecondFactorNeeded(Unauthenticated):
    type, title = "second-factor", "A second factor is needed"


class Conflict(Problem):
    status, type, title = 409, "conflict", "The state has changed"


class NameTaken(Conflict):
    type, title = "name-taken", "There is one of this name"


class RoleInUse(Conflict):
    type, title = "role-in-use", "The role is in use"


class LastOwner(Conflict):
    type, title = "last-owner", "The last owner stays"


class ExportFirst(Conflict):
    type, title = "export-first", "Export the data first"


class NewerMessages(Conflict):
    type, title = "newer-messages", "There are newer messages"


class WindowClosed(Problem):
    status, type, title = 422, "window-closed", "The 24-hour window is closed"


class Rejected(Problem):
    status, type, title = 422, "rejected", "A plugin refused this message"


class SpentLink(Problem):
    status, type, title = 410, "spent-link", "This link no longer works"


class TooMany(Problem):
    status, type, title = 429, "too-many-requests", "Too many requests"


class Unavailable(Problem):
    status, type, title = 503, "unavailable", "Temporarily unavailable"
