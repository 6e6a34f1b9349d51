from comptoir_sdk.identifiers import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete


class Migration(migrations.Migration):
    dependencies = [('core', '0001_initial')]

    initial = True

    operations = [
        CreateTenantModel(
            name='Order',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('tenant', fields.ForeignKeyField('core.Tenant', source_field='tenant_id', db_constraint=False, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('contact', fields.ForeignKeyField('core.Contact', source_field='contact_id', db_constraint=False, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('number', fields.CharField(max_length=12)),
                ('state', fields.CharField(default='unknown', max_length=20)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'acme_orders_order', 'app': 'acme_orders', 'unique_together': (('tenant', 'contact', 'number'),), 'pk_attr': 'id'},
            bases=['TenantModel'],
        ),
        ProtectTenantTable('acme_orders_order', references={'contact_id': 'contacts'}),
    ]
