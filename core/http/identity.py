"""Who the caller is, in JSON: what /me, /session and /bootstrap share."""

from typing import Any

from core.auth.csrf import csrf_token
from core.auth.memberships import member_resources, team_resources
from core.auth.principal import Principal
from core.db.pool import Connection
from core.events import log
from core.http.services import Services
from core.messaging.tags import brief_tags
from core.outward import frames
from core.people.preferences import complete
from core.tenancy.accounts import account_resources

_TENANT = "select id, slug, name, locale, timezone, hue from tenants"
_USER = "select email, locale, preferences from users where id = $1"


async def me(services: Services, principal: Principal) -> dict[str, Any]:
    """The `me` of the contract. An API key has neither id nor address of its own."""
    async with services.db.tenant() as connection:
        tenant = dict(await connection.fetchrow(_TENANT))
    user = await services.db.system.fetchrow(_USER, principal.user_id) if principal.user_id else None
    return {
        "id": principal.user_id and str(principal.user_id),
        "name": principal.name,
        "email": user["email"] if user else None,
        "role": principal.role,
        "sees": principal.sees,
        "locale": (user["locale"] if user else None) or tenant["locale"],
        "permissions": sorted(principal.permissions),
        "tenant": {**tenant, "id": str(tenant["id"])},
        "auth": principal.auth,
        "preferences": complete(user["preferences"] if user else None),
        "chose_locale": bool(user and user["locale"]),
    }


async def bootstrap(services: Services, principal: Principal, wish: str | None = None,
                    habit: str | None = None) -> dict[str, Any]:
    """Everything a screen needs before its first list, in the language of `wish`, else the member's.

    `habit` is the language last used in this browser: for members who have chosen none.

    Needs the principal's tenant in scope.
    """
    who = await me(services, principal)
    locale = wish or (who["locale"] if who["chose_locale"] else habit or who["locale"])
    async with services.db.tenant() as connection:
        # The cursor first: what happens while the rest is read will be told again, never missed.
        cursor = await current_cursor(connection, principal)
        accounts, members = await account_resources(connection), await member_resources(connection)
        teams, tags = await team_resources(connection), await brief_tags(connection)
        framed = await frames.shown(connection, principal)
    ui = dict(services.manifest(principal, locale))
    return {
        "me": who,
        "csrf": csrf_token(principal.csrf_secret) if principal.auth == "session" else None,
        "cursor": cursor,
        "accounts": accounts,
        "members": members,
        "teams": teams,
        "tags": tags,
        "ui": {**ui, "panels": [*ui.get("panels", ()), *framed]},
        "ws": "/ws",
        "locale": locale,
        "dir": "rtl" if locale == "ar" else "ltr",
    }


async def current_cursor(connection: Connection, principal: Principal) -> str:
    """`<epoch>.<seq>` of the tenant's newest event."""
    return f"{await log.epoch(connection)}.{await log.head(connection, principal.tenant_id)}"
