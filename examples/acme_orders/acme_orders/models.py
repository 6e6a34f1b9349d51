"""What is known of a customer's orders."""

from typing import Any
from uuid import UUID

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields


class Order(TenantModel):
    """One that a customer named. Its state is the shop's word, or "unknown"."""

    contact: Any = tenant_fk("core.Contact")
    contact_id: UUID
    number = fields.CharField(max_length=12)
    state = fields.CharField(max_length=20, default="unknown")
    seen_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "acme_orders"
        table = "acme_orders_order"
        unique_together = (("tenant", "contact", "number"),)
