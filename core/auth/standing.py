"""Who a credential stands for and what they may do now: read with each request, and again while sockets are open.

One place for sessions, token families and API keys. A query selects a credential's row under the alias `c` with
`MEMBER` (whoever has a user_id) or `KEY`, and hands what it finds to `principal_of`:

    select c.id, c.tenant_id, c.user_id, {MEMBER.columns} from token_families c {MEMBER.joins} where c.id = $1

No row: the user is disabled, has left the tenant, or the tenant is not active. A key keeps its row, so that a program
may be told that its organisation is suspended: ask for `tenant_status`.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from core.auth.permissions import EVERYTHING, Permissions
from core.auth.principal import Principal


@dataclass(frozen=True, slots=True)
class Fragment:
    """Columns to select, and the joins that they need after `from <credentials> c`."""

    columns: str
    joins: str


# teams: only of those whose sight depends on them. An open socket is closed when they change.
MEMBER: Final = Fragment(
    "m.role, m.name, r.permissions, coalesce(r.sees, 'all') as sees, u.platform_admin, null::text[] as scopes, "
    "case when r.sees = 'team' then array(select tm.team_id from team_members tm "
    "where tm.tenant_id = m.tenant_id and tm.user_id = m.user_id) else '{}' end as teams",
    """join users u on u.id = c.user_id and u.disabled_at is null
    join memberships m on m.tenant_id = c.tenant_id and m.user_id = c.user_id
    join tenants t on t.id = c.tenant_id and t.status = 'active'
    left join roles r on r.tenant_id = m.tenant_id and r.key = m.role""",
)
# An API key is nobody: in a role that sees its own or its teams' conversations it sees none.
KEY: Final = Fragment(
    "null::uuid as user_id, c.role, c.name, r.permissions, coalesce(r.sees, 'all') as sees, "
    "false as platform_admin, c.scopes, '{}'::uuid[] as teams, t.status as tenant_status",
    """join tenants t on t.id = c.tenant_id
    left join roles r on r.tenant_id = c.tenant_id and r.key = c.role""",
)

Auth = Literal["session", "token", "api_key"]


def principal_of(row: Any, auth: Auth, permissions: Permissions, csrf_secret: bytes = b"") -> Principal:
    """From a row with id, tenant_id, user_id and a fragment's columns."""
    held = permissions.held(row["role"], row["permissions"], platform_admin=row["platform_admin"])
    if row["scopes"] is not None:
        held &= frozenset(row["scopes"])
    if row["sees"] != "all":
        held -= EVERYTHING
    return Principal(row["tenant_id"], row["user_id"], row["role"], row["name"], held, auth, row["id"], csrf_secret,
                     row["sees"], frozenset(row["teams"]))  # fmt: skip
