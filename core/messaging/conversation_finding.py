"""The statement that finds the conversations of a filter by index, whoever looks.

Only fixed text is joined into the statements; every value travels as a parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

from core.db.scope import current_viewer
from core.messaging.conversation_filter import Condition, Filter, Sort, Status, Values, nothing_more
from core.messaging.plugin_sets import WHOLE, Narrowed, PluginSet
from core.messaging.window import WINDOW

_WAITS: Final = "v.waiting_since is not null and v.status <> 'closed'"


Order = Sort | Literal["oldest"]
"""`oldest` is that of counts, which may be of any rows: what has not moved of late is read from the index alone."""


@dataclass(frozen=True, slots=True)
class _Order:
    """How a list is sorted: by `key`, the nearer to its beginning the first; `all` are the statuses it can show."""

    key: str
    way: str
    after: str
    all: tuple[Status, ...]
    needs: str = ""


_ORDERS: Final[dict[Order, _Order]] = {
    "latest": _Order("last_message_at", "desc", "<", get_args(Status)),
    "waiting": _Order("waiting_since", "asc", ">", ("open", "snoozed"), _WAITS),
    "oldest": _Order("last_message_at", "asc", ">", get_args(Status)),
}

# One piece for each status and each of the values chosen by, every piece in the order of an index.
_PIECE: Final = """
    select found.id, found.at from {sets} cross join lateral (
        select {id} as id, {key} as at from {rows}
        where {conditions} order by {key} {way}, {id} {way} limit {most:d}) found
"""
# A set of plugins', one after the other: `offset 0`, or the planner might join it with all of the tenant's.
_GONE_THROUGH: Final = """
    select found.id, found.at from (select distinct s.value from ({rows}) s) d cross join lateral (
        select v.id as id, v.{key} as at from conversations v
        where v.{set} = d.value and {conditions} offset 0) found
"""
_NOTHING: Final = "select null::uuid as id, null::timestamptz as at limit 0"
_CONVERSATIONS: Final = "conversations v"
# One by one, in the order of the tag: a planner that joins the two whole reads all of a common tag.
_TAGGED: Final = "conversation_tags c{looked_at}"
_LOOKED_AT: Final = """ cross join lateral (select from conversations v
            where v.tenant_id = c.tenant_id and v.id = c.conversation_id and {conditions} limit 1) v"""
_TEAMS: Final = "(select m.team_id as value from team_members m where m.user_id = {member}) d"


class Finding:
    """The conversations of a filter in an order, at most `most` of each piece: `statement` has (id, at). Where a set of
    a plugin's is gone through, they are all that are in it, in no order."""

    def __init__(self, wanted: Filter, order: Order, values: Values, *, most: int, after: tuple[Any, Any] | None = None,
                 more: Condition = nothing_more, narrowed: Narrowed = WHOLE) -> None:  # fmt: skip
        self.order = _ORDERS[order]
        self._wanted, self._values, self._most, self._after = wanted, values, most, after
        self._through = narrowed.through
        # Nobody waits in a closed one, and no timer runs.
        going_on = wanted.waiting_longer is not None or wanted.timer is not None
        shown = _ORDERS["waiting"].all if going_on else self.order.all
        self._statuses = [one for one in shown if wanted.status in (None, one)]
        self._more = [*more(values), *narrowed.condition(values)] if self._statuses else []

    @property
    def statement(self) -> str:
        if not self._statuses:
            return _NOTHING
        return "\n    union\n".join(self._pieces()) if self._through is None else self._gone_through(self._through)

    def _gone_through(self, through: PluginSet) -> str:
        """The wall alone keeps a limited member from the others' of these."""
        statuses = ", ".join(f"'{one}'" for one in self._statuses)
        every = [f"v.status in ({statuses})", *self._conditions(), *self._in_order("v", "v.id")]
        return _GONE_THROUGH.format(rows=through.rows(self._values), set=through.key, key=self.order.key,
                                    conditions=" and ".join(every))  # fmt: skip

    def _pieces(self) -> list[str]:
        """The wall lets a limited member's rows through and no others. Said here once more as the conditions of an
        index, for each way of seeing a conversation: else a member with ten of them would read the whole tenant's."""
        viewer = current_viewer()
        if viewer is None or viewer.sees == "all":
            return self._chosen()
        member = self._values.place(viewer.member_id) + "::uuid"
        own = self._piece(self._conditions(), f"v.assignee_id = {member}")
        if viewer.sees == "own":
            return [own]
        return [own, self._piece(self._conditions(), "v.team_id = d.value", sets=_TEAMS.format(member=member))]

    def _chosen(self) -> list[str]:
        wanted = self._wanted
        if wanted.tags and wanted.contact is None:
            others = self._conditions("tags")
            looked_at = _LOOKED_AT.format(conditions=" and ".join(others)) if others else ""
            return [self._piece([], "c.tag_id = d.value", sets=f"({self._live_tags()}) d(value)",
                                rows=_TAGGED.format(looked_at=looked_at), alias="c")]  # fmt: skip
        if wanted.assignees:
            return self._of_assignees(self._conditions("assignees"))
        if wanted.priorities and "none" not in wanted.priorities:
            return [self._piece(self._conditions("priorities"), "v.priority = d.value and v.priority <> 'none'",
                                sets=self._each(wanted.priorities, "text"))]  # fmt: skip
        return [self._piece(self._conditions())]

    def _of_assignees(self, conditions: list[str]) -> list[str]:
        named = [one for one in self._wanted.assignees if one != "none"]
        pieces = [self._piece(conditions, "v.assignee_id = d.value", sets=self._each(named, "uuid"))] if named else []
        nobodys = [self._piece(conditions, "v.assignee_id is null")] if "none" in self._wanted.assignees else []
        return pieces + nobodys

    def _each(self, values: Sequence[Any], kind: str) -> str:
        """One parameter for each: of an array of unknown length the planner thinks ten, and plans anew each time."""
        return f"(values {', '.join(f'({self._values.place(one)}::{kind})' for one in values)}) d(value)"

    def _piece(self, conditions: Sequence[str], *chosen: str, sets: str = "", rows: str = _CONVERSATIONS,
               alias: str = "v") -> str:  # fmt: skip
        order = self.order
        statuses = "(values " + ", ".join(f"('{one}')" for one in self._statuses) + ") s(status)"
        key, id = f"{alias}.{order.key}", "c.conversation_id" if alias == "c" else "v.id"
        every = [*conditions, *chosen, f"{alias}.status = s.status", *self._in_order(alias, id)]
        return _PIECE.format(sets=f"{statuses} cross join {sets}" if sets else statuses, id=id, key=key, rows=rows,
                             conditions=" and ".join(every), way=order.way, most=self._most)  # fmt: skip

    def _in_order(self, alias: str, id: str) -> list[str]:
        """That it has a place in the order, and that this is after the last page's."""
        order = self.order
        needs = [order.needs if alias == "v" else "c.waiting_since is not null"] if order.needs else []
        if self._after is None:
            return needs
        return [*needs, self._values.into(f"({alias}.{order.key}, {id}) {order.after} ({{}}, {{}})", *self._after)]

    def _conditions(self, *chosen: str) -> list[str]:
        """All but the status, and but what the pieces are chosen by."""
        said = {"assignees": self._assignees, "team": self._team, "tags": self._tags, "account": self._account,
                "contact": self._contact, "kind": self._kind, "priorities": self._priorities, "unread": self._unread,
                "window_within": self._window, "waiting_longer": self._waiting}  # fmt: skip
        return [condition() for name, condition in said.items()
                if _asked(getattr(self._wanted, name)) and name not in chosen] + self._more  # fmt: skip

    def _assignees(self) -> str:
        named = [one for one in self._wanted.assignees if one != "none"]
        text = self._values.into("v.assignee_id = any({}::uuid[])", named)
        return f"({text} or v.assignee_id is null)" if "none" in self._wanted.assignees else text

    def _team(self) -> str:
        team = self._wanted.team
        return "v.team_id is null" if team == "none" else self._values.into("v.team_id = {}", team)

    def _tags(self) -> str:
        return f"v.tag_ids && array({self._live_tags()})"

    def _live_tags(self) -> str:
        """A deleted one is on its conversations for a while, and seen nowhere."""
        text = "select t.id from tags t where t.id = any({}::uuid[]) and t.deleted_at is null"
        return self._values.into(text, list(self._wanted.tags))

    def _account(self) -> str:
        return self._values.into("v.account_id = {}", self._wanted.account)

    def _contact(self) -> str:
        return self._values.into("v.contact_id = {}", self._wanted.contact)

    def _kind(self) -> str:  # as a word and not a parameter: groups have an index of their own
        return f"v.kind = '{self._wanted.kind}'"

    def _priorities(self) -> str:
        return self._values.into("v.priority = any({}::text[])", list(self._wanted.priorities))

    def _unread(self) -> str:
        return "v.unread_count > 0"

    def _window(self) -> str:
        assert self._wanted.window_within is not None  # noqa: S101 - asked for only then
        closed = datetime.now(UTC) - WINDOW
        return self._values.into("v.last_inbound_at > {} and v.last_inbound_at <= {}", closed,
                                 closed + self._wanted.window_within)  # fmt: skip

    def _waiting(self) -> str:
        """Among those who wait, in the order asked for: `is true`, for a planner that takes this for a condition of the
        index by waiting would sort all who match by their latest message."""
        assert self._wanted.waiting_longer is not None  # noqa: S101 - asked for only then
        since = datetime.now(UTC) - self._wanted.waiting_longer
        longer = self._values.into("v.waiting_since < {}", since)
        return f"{_WAITS} and {longer if self.order.needs else f'({longer}) is true'}"


def _asked(value: object) -> bool:
    """Zero minutes are a question; false, and none of several, are none."""
    return bool(value) or isinstance(value, timedelta)
