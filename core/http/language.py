"""In which language the caller reads: findings and labels are told in it. API errors stay English."""

from quart import g, request

from core.auth.principal import Principal
from core.http.services import services

_LOCALES = ("en", "fr", "ar")
_LOCALE = """
select coalesce((select locale from users where id = $2), (select locale from tenants where id = $1))
"""


async def reading_language() -> str:
    """The one chosen in this browser, else the member's, else the tenant's. An API key says by Accept-Language."""
    chosen = services().wish()
    if chosen is not None:
        return chosen
    principal: Principal = g.principal
    if principal.user_id is None and (asked := request.accept_languages.best_match(_LOCALES)):
        return asked
    locale: str | None = await services().db.system.fetchval(_LOCALE, principal.tenant_id, principal.user_id)
    return locale or "en"
