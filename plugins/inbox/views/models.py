"""Ways of looking at the conversations that somebody keeps: a filter, an order, a name."""

from typing import Any
from uuid import UUID

from comptoir_sdk import TenantModel
from tortoise import fields
from tortoise.indexes import Index

NAME_LENGTH = 60


class View(TenantModel):
    """A member's own, or shared with the organisation; `wanted` is a filter as `GET /conversations` has it."""

    member_id: UUID | None = fields.UUIDField(null=True)
    shared = fields.BooleanField(default=False)
    name = fields.CharField(max_length=NAME_LENGTH)
    colour = fields.CharField(max_length=20, default="grey")
    icon = fields.CharField(max_length=40, default="")
    wanted: Any = fields.JSONField(default=dict)
    sort = fields.CharField(max_length=10, default="latest")
    position = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "inbox"
        table = "inbox_view"
        indexes = (Index(fields=["tenant_id", "member_id"]),)
