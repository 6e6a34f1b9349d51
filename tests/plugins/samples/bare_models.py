from comptoir_sdk import TenantModel
from tortoise import fields


class Row(TenantModel):
    """Its migration forgot ProtectTenantTable."""

    note = fields.TextField(null=True)

    class Meta:
        app = "bare"
        table = "bare_row"
