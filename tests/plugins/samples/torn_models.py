from comptoir_sdk import TenantModel


class Half(TenantModel):
    class Meta:
        app = "torn"
        table = "torn_half"
