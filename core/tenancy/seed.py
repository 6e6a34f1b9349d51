"""Everything that makes a tenant ready to work, behind one door: the demo, the tests and the command line use it."""

from core.auth.api_keys import create_api_key
from core.auth.memberships import add_member
from core.auth.users import create_user
from core.tenancy.accounts import connect_account, create_meta_app
from core.tenancy.tenants import create_tenant

__all__ = ["add_member", "connect_account", "create_api_key", "create_meta_app", "create_tenant", "create_user"]
