"""What the OpenAPI document says before its operations: how to be known, errors, pages, repeats, conditions, limits."""

from collections.abc import Sequence
from typing import Any, Final

from core.http.operation import Operation

GUIDE: Final = """
Everything that the screens do, a program can do: they use this API. All of it speaks JSON; times are ISO 8601 with a
zone, ids are UUIDs made by us in the order of time.

**Who you are.** Send `Authorization: Bearer <API key or access token>`. Browsers use the session cookie of
`POST /session`, with its `csrf` in `X-CSRF-Token` on every unsafe method. `x-permission` names what an operation
needs; without it the answer is 403. What is another tenant's, or hidden from your role, is 404 like what never was.

**Errors** are problem JSON (RFC 9457): `type` for programs, `detail` for people, saying what to do; `errors` lists
`{loc, pointer, msg}` of each fault in a request, of a message also WhatsApp's own `limit`.

**Lists** are `{"items": […], "next": cursor}`. Give `next` as `cursor` for the following page; null is the end.

**Repeats.** Send `Idempotency-Key` with any unsafe request that you may have to repeat. The first one works; the same
again gets the same answer, with `Idempotency-Replayed: true`, for 12 hours. While the first one works, a repeat is
409 `/problems/in-progress`; another request under the same key is 422 `/problems/idempotency-mismatch`. Our own
failures (5xx) are not kept: a repeat is a new attempt. Should our process die between the effect and the keeping of
its answer, the key is free again after a minute, and a repeat then works a second time; where that must not be, give
the resource an id of your own (`id` of a message).

**Conditions.** GETs answer an `ETag`; send it back in `If-None-Match` and get 304 while nothing has changed. Send it
in `If-Match` with PUT, PATCH or DELETE and get 412 when somebody has changed it since. The ETag is that of the same
path's GET or, for a part such as `/conversations/<id>/status`, of the nearest path above. Of several conditional
requests at once one wins; the others get 409 or 412. A writer without `If-Match` is not held up by any of this.

**Limits** are told in `RateLimit` and `RateLimit-Policy`; over them the answer is 429 with `Retry-After`. A refused
request is not counted.
""".strip()

_NAMES: Final[dict[str, str]] = {
    "me": "Me", "session": "Ways in", "tokens": "Ways in", "welcome": "Ways in", "registrations": "Ways in",
    "password-resets": "Ways in", "sessions": "Me", "bootstrap": "Me", "openapi.json": "This document",
    "messages": "Messages", "attachments": "Messages", "api-keys": "API keys", "meta-apps": "Numbers",
    "accounts": "Numbers", "account-examinations": "Numbers", "members": "People", "invitations": "People",
    "roles": "People", "permissions": "People", "teams": "People", "tenant": "Tenant", "audit": "Audit log",
    "tags": "Conversations",
}  # fmt: skip
_SAID: Final[dict[str, str]] = {
    "Ways in": "Logging in, second factors, access tokens; what a stranger may ask.",
    "Me": "The caller: profile, password, sessions, second factors, passkeys.",
    "Conversations": "The threads between contacts and numbers, and what agents do with them.",
    "Messages": "What was said, sending, attachments.",
    "Contacts": "The people who write.",
    "People": "Members, invitations, roles, teams.",
    "Numbers": "WhatsApp numbers, the Meta apps behind them, and the setup doctor.",
    "API keys": "Credentials of programs.",
    "Webhooks": "The organisation's events, signed and sent to systems of others.",
    "Frames": "Pages of others beside a conversation, in a sandbox.",
    "Tenant": "The organisation: settings, export, deletion.",
    "Platform": "Running the installation, across tenants.",
    "Audit log": "Who did what, in a chain that shows every change made to it.",
    "This document": "OpenAPI 3.1, of the kernel and of the plugins that your tenant has.",
}


def tag_of(operation: Operation) -> str:
    """Under which heading an operation stands."""
    if operation.tags:
        return operation.tags[0]
    if operation.plugin:
        return f"Plugin {operation.plugin}"
    first = operation.rule.split("/")[1]
    return _NAMES.get(first, first.replace("-", " ").capitalize())


def tags_of(operations: Sequence[Operation]) -> list[dict[str, Any]]:
    """The headings in reading order; plugins last."""
    found = dict.fromkeys(tag_of(operation) for operation in operations)
    known = [name for name in _SAID if name in found]
    others = sorted(name for name in found if name not in _SAID)
    return [{"name": name, **({"description": _SAID[name]} if name in _SAID else {})} for name in [*known, *others]]
