from comptoir_sdk.identifiers import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [('core', '0001_initial')]

    initial = True

    operations = [
        CreateTenantModel(
            name='Callback',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('tenant', fields.ForeignKeyField('core.Tenant', source_field='tenant_id', db_constraint=False, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('contact', fields.ForeignKeyField('core.Contact', source_field='contact_id', db_constraint=False, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('due', fields.DateField()),
                ('why', fields.CharField(max_length=200)),
                ('done', fields.BooleanField(default=False)),
            ],
            options={'table': 'acme_callbacks_callback', 'app': 'acme_callbacks', 'indexes': [Index(fields=['tenant_id', 'done', 'due'])], 'pk_attr': 'id'},
            bases=['TenantModel'],
        ),
        ProtectTenantTable('acme_callbacks_callback', references={'contact_id': 'contacts'}),
    ]
