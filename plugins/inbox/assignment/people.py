"""What rules and timers keep of a person's conversations: no words of theirs, but when they were given and answered."""

from typing import Any

from comptoir_sdk import Contact

from plugins.inbox.assignment.models import Assignment
from plugins.inbox.timers.models import Timer


async def personal_data(contact: Contact) -> dict[str, Any]:
    given = await Assignment.filter(conversation__contact_id=contact.id)
    timed = await Timer.filter(conversation__contact_id=contact.id).order_by("started_at")
    return {"assignments": [{"state": one.state, "since": one.given_at or one.waiting_since} for one in given],
            "timers": [{"kind": one.kind, "started_at": one.started_at, "stopped_at": one.stopped_at,
                        "outcome": one.outcome} for one in timed]}


async def erase(contact: Contact) -> int:
    gone = 0
    for model in (Assignment, Timer):
        ids = await model.filter(conversation__contact_id=contact.id).values_list("id", flat=True)
        gone += await model.filter(id__in=list(ids)).delete() if ids else 0
    return gone
