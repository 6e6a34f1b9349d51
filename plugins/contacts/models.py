"""What a tenant wants to know of its contacts beyond WhatsApp's own fields."""

from typing import Any

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields

KEY_LENGTH, VALUE_LENGTH = 63, 2000


class Attribute(TenantModel):
    """One `key: value` of a contact, such as "city: Essaouira"."""

    contact: Any = tenant_fk("core.Contact")
    key = fields.CharField(max_length=KEY_LENGTH)
    value = fields.CharField(max_length=VALUE_LENGTH)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "contacts"
        table = "contacts_attribute"
        unique_together = (("tenant", "contact", "key"),)
