"""What automatic assignment keeps: its rules, whose turn it is, who is at their desk, why who was given what."""

from typing import Any

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields


class Dispatch(TenantModel):
    """One row for each tenant. Whoever gives conversations locks it: two at once would give one place twice."""

    capacity = fields.IntField(default=10)
    """Open conversations of one member, unless their desk says otherwise."""
    absent_minutes = fields.IntField(null=True)
    """Whoever was not seen for so long counts as away; null: only who says so."""
    regive_minutes = fields.IntField(null=True)
    """What was given to somebody away for so long is given to another; null: never."""
    turn = fields.BigIntField(default=0)
    """The last turn that was taken: later ones are higher."""
    version = fields.IntField(default=1)

    class Meta:
        app = "inbox"
        table = "inbox_dispatch"


class Rule(TenantModel):
    """The first by `position` that fits a conversation decides. Ids of the kernel's, not references: a rule outlives
    its team, and says so. Of `tags`, `priorities` and `languages` one is enough; without any, every one fits."""

    position = fields.IntField()
    name = fields.CharField(max_length=80)
    enabled = fields.BooleanField(default=True)
    account_id = fields.UUIDField(null=True)
    team_id = fields.UUIDField(null=True)
    tags: Any = fields.JSONField(null=True)
    priorities: Any = fields.JSONField(null=True)
    languages: Any = fields.JSONField(null=True)
    to_team_id = fields.UUIDField(null=True)
    method = fields.CharField(max_length=20)
    sticky = fields.BooleanField(default=True)
    off_hours = fields.CharField(max_length=10, default="as_usual")
    off_hours_team_id = fields.UUIDField(null=True)
    off_hours_reply = fields.TextField(default="")

    class Meta:
        app = "inbox"
        table = "inbox_rule"


class Turn(TenantModel):
    """When a member was last given something by a rule, counted in turns."""

    rule: Any = tenant_fk("inbox.Rule")
    member_id = fields.UUIDField()
    turn = fields.BigIntField()

    class Meta:
        app = "inbox"
        table = "inbox_turn"


class Desk(TenantModel):
    """A member's: whether they take conversations now, and how many."""

    member_id = fields.UUIDField()
    available = fields.BooleanField(default=True)
    until = fields.DatetimeField(null=True)
    since = fields.DatetimeField(null=True)
    capacity = fields.IntField(null=True)

    class Meta:
        app = "inbox"
        table = "inbox_desk"


class Assignment(TenantModel):
    """What became of a conversation. `state`: waiting for a place, given by a rule, a person's choice, or none's."""

    conversation: Any = tenant_fk("core.Conversation")
    state = fields.CharField(max_length=10)
    member_id = fields.UUIDField(null=True)
    """Who had it last."""
    rule_id = fields.UUIDField(null=True)
    team_id = fields.UUIDField(null=True)
    chosen_team_id = fields.UUIDField(null=True)
    """Where a person moved it: while it is there, and until it is closed, no rule moves it on."""
    why: Any = fields.JSONField(default=dict)
    waiting_since = fields.DatetimeField(null=True)
    wait_until = fields.DatetimeField(null=True)
    given_at = fields.DatetimeField(null=True)
    ended = fields.BooleanField(default=False)
    """Closed since: whoever has it by then is asked again when it opens."""
    event_id = fields.BigIntField(default=0)
    """The last event that was heeded."""
    version = fields.IntField(default=0)
    """Of the conversation, as the rules left it: what tells of no later one is their own doing."""

    class Meta:
        app = "inbox"
        table = "inbox_assignment"
