from comptoir_sdk import TenantModel, tenant_fk


class Row(TenantModel):
    """There is no such model in the kernel."""

    order = tenant_fk("core.Order")

    class Meta:
        app = "lost"
        table = "lost_row"
