"""Nobody gives or takes more than they hold: what a role may do and see, against what its giver may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from core.auth.permissions import ROLES, Permissions
from core.auth.principal import Principal
from core.db.pool import Connection
from core.db.scope import Sees
from core.errors import Forbidden, Invalid

_WIDTH: Final[Mapping[Sees, int]] = {"own": 0, "team": 1, "all": 2}
_NOTHING: Final[Mapping[str, Any]] = {"permissions": None, "sees": "all"}


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role of a tenant, built-in or its own. `name` of a built-in is English."""

    key: str
    name: str
    permissions: frozenset[str]
    sees: Sees


class TenantRoles:
    """The roles of one tenant, read once."""

    def __init__(self, permissions: Permissions, rows: Iterable[Mapping[str, Any]]) -> None:
        own = {row["key"]: row for row in rows}
        self._roles = {key: _role(permissions, key, own.get(key, _NOTHING)) for key in {*ROLES, *own}}

    def find(self, key: str) -> GivenRole:
        """Raises Invalid for a role that the tenant does not have."""
        if key not in self._roles:
            raise Invalid(f"There is no role {key!r} here.", errors=[{"loc": ["role"], "msg": "is no role here"}])
        return self._roles[key]


def _role(permissions: Permissions, key: str, row: Mapping[str, Any]) -> GivenRole:
    name = key.title() if key in ROLES else str(row["name"])
    return GivenRole(key, name, permissions.of(key, row["permissions"]), cast(Sees, row["sees"]))


async def roles_of(connection: Connection, permissions: Permissions, tenant_id: UUID) -> TenantRoles:
    """As they are now; `connection` is of the system role."""
    rows = await connection.fetch("select key, name, permissions, sees from roles where tenant_id = $1", tenant_id)
    return TenantRoles(permissions, rows)


def check_may_give(giver: Principal, role: GivenRole) -> None:
    """Raises Forbidden."""
    if role.key == "owner" and giver.role != "owner":
        raise Forbidden("Only an owner can make somebody an owner: ask one.")
    check_within(giver, role.key, role.permissions, role.sees)


def check_may_take(taker: Principal, role: GivenRole) -> None:
    """Whether they may change or end the membership of somebody in this role. Raises Forbidden."""
    if role.key == "owner" and taker.role != "owner":
        raise Forbidden("Only an owner can change or remove an owner: ask one.")
    check_within(taker, role.key, role.permissions, role.sees)


def check_may_let_into(giver: Principal, teams: Iterable[UUID]) -> None:
    """Raises Forbidden when some of these teams' conversations are beyond the giver's sight."""
    if giver.sees != "all" and not giver.teams.issuperset(teams):
        raise Forbidden("You do not see this team's conversations: ask somebody who does.")


def check_within(principal: Principal, role: str, permissions: frozenset[str], *sights: Sees) -> None:
    """Raises Forbidden when some of these permissions, or a sight, are beyond the principal's own."""
    if beyond := sorted(permissions - principal.permissions):
        raise Forbidden(f"The role {role} may do more than you ({', '.join(beyond)}): ask somebody who may.")
    if any(_WIDTH[sees] > _WIDTH[principal.sees] for sees in sights):
        raise Forbidden(f"The role {role} sees more conversations than you: ask somebody who sees them.")
