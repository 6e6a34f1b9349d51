"""Whom to call again, when and why."""

from typing import Any
from uuid import UUID

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields
from tortoise.indexes import Index

WHY_LENGTH = 200


class Callback(TenantModel):
    """One promise to call."""

    contact: Any = tenant_fk("core.Contact")
    contact_id: UUID
    due = fields.DateField()
    why = fields.CharField(max_length=WHY_LENGTH)
    done = fields.BooleanField(default=False)

    class Meta:
        app = "acme_callbacks"
        table = "acme_callbacks_callback"
        indexes = (Index(fields=("tenant_id", "done", "due")),)
