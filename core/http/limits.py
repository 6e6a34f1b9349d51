"""Counting requests at the door, and telling callers how they stand (draft-ietf-httpapi-ratelimit-headers-11)."""

from collections.abc import Collection

from quart import current_app, g, request
from werkzeug.datastructures import Headers

from core.auth.access import declared
from core.auth.principal import Principal
from core.auth.terms import promised
from core.auth.users import normal_email
from core.http.caller import caller_ip
from core.http.services import services
from core.limits.limiter import Standing, Who, network_of

STRANGER = "stranger"


async def count_request() -> None:
    """Runs before the doorman's guard, so that refused requests count too. Raises TooMany."""
    view = current_app.view_functions[request.endpoint] if request.endpoint else None
    terms = promised(view) if view else None
    if view is None or terms is None:
        return
    access, principal = declared(view), g.principal
    known = principal is not None or access is None or not access.identify
    await services().limiter.count(terms.limit if known else STRANGER, _who(principal))


async def count_stranger() -> None:
    """A credential was shown that nobody knows. Raises TooMany."""
    await services().limiter.count(STRANGER, _who(None))


async def count_email(row: str, email: str) -> None:
    """The address of mail that a body names. Raises TooMany."""
    await services().limiter.count(row, _who(g.principal, normal_email(email)))


def tell(headers: Headers, standings: Collection[Standing]) -> None:
    """All policies that the request was counted by, and the one that will run out first."""
    if not standings:
        return
    policies = [f'"{_name(one)}";q={one.rule.quota};w={one.rule.seconds}' for one in standings]
    tightest = min(standings, key=lambda one: one.remaining / one.rule.quota)
    headers["RateLimit-Policy"] = ", ".join(policies)
    headers["RateLimit"] = f'"{_name(tightest)}";r={tightest.remaining};t={-int(-tightest.full_in // 1)}'


def _name(standing: Standing) -> str:
    return f"{standing.row}-{standing.rule.by}"


def _who(principal: Principal | None, email: str | None = None) -> Who:
    address = network_of(caller_ip())
    if principal is None:
        return Who(address, email=email)
    person, key = (str(principal.user_id), None) if principal.user_id else (None, str(principal.credential_id))
    return Who(address, person, key, str(principal.tenant_id), email)
