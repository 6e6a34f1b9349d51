"""Within what time customers are to be answered and helped, and each time that it was or was not so."""

from typing import Any

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields


class Target(TenantModel):
    """The first by `position` that fits a conversation's number and team counts; null minutes: no such timer."""

    position = fields.IntField()
    name = fields.CharField(max_length=80)
    account_id = fields.UUIDField(null=True)
    team_id = fields.UUIDField(null=True)
    first_response_minutes = fields.IntField(null=True)
    resolution_minutes = fields.IntField(null=True)
    working = fields.BooleanField(default=True)
    """Counted in business hours; else by the clock."""
    warn_minutes = fields.IntField(default=10)
    """So long before the end it is due soon."""

    class Meta:
        app = "inbox"
        table = "inbox_target"


class Timer(TenantModel):
    """One question and its answer (`first_response`), or one opening and its closing (`resolution`). A row stays when
    it has stopped: reports are made of them."""

    conversation: Any = tenant_fk("core.Conversation")
    kind = fields.CharField(max_length=20)
    account_id = fields.UUIDField()
    team_id = fields.UUIDField(null=True)
    minutes = fields.IntField()
    warn_minutes = fields.IntField()
    working = fields.BooleanField()
    started_at = fields.DatetimeField()
    warn_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    paused_at = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField(null=True)
    """When something is to be told next; null: nothing more, or it stands still."""
    stopped_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=10, null=True)
    """met, breached, or dropped: closed without an answer."""
    taken_minutes = fields.FloatField(null=True)
    member_id = fields.UUIDField(null=True)
    """Who stopped it."""

    class Meta:
        app = "inbox"
        table = "inbox_timer"
