"""Numbers that live in the sandbox: to try everything before Meta has verified anybody."""

import contextlib
import secrets
from typing import Any, Final
from uuid import UUID

from core.egress import EgressError
from core.errors import Conflict, Unavailable
from core.messaging.clock import utc_now
from core.messaging.doctor.door import PATH
from core.messaging.numbers.connect import NewNumber, keep
from core.messaging.numbers.desk import NumberDesk
from core.messaging.numbers.meta_apps import NewApp
from core.whatsapp.answers import document
from core.whatsapp.reading import text

MOST: Final = 10
_COUNT: Final = "select count(*) from accounts where tenant_id = $1 and simulated and removed_at is null"


async def create_simulated(desk: NumberDesk, tenant_id: UUID, name: str) -> UUID:
    """The account's id. The number has a Meta app of its own. Raises Conflict in production, Unavailable."""
    if desk.sandbox_url is None:
        raise Conflict("This installation runs in production: numbers are Meta's here.")
    if await desk.db.system.fetchval(_COUNT, tenant_id) >= MOST:
        raise Conflict(f"There are {MOST} simulated numbers already: remove one first.")
    asked_at, app = utc_now(), _app(name)
    made = await _ask_sandbox(desk, "POST", "", {
        "business_name": name, "webhook_url": f"{PATH}{app.slug}", "app_id": app.meta_app_id, "app_name": name,
        "app_secret": app.app_secret, "verify_token": app.verify_token,
    })  # fmt: skip
    new = NewNumber(_told(made, "phone_number_id"), _told(made, "waba_id"), _told(made, "token"), app,
                    graph_url=desk.sandbox_url, simulated=True)  # fmt: skip
    number = {"display_phone_number": made.get("display_phone_number"), "verified_name": name, "status": "CONNECTED"}
    return (await keep(desk, tenant_id, new, desk.sandbox_url, number, asked_at)).account_id


async def forget_simulated(desk: NumberDesk, phone_number_id: str) -> None:
    """The sandbox forgets it too. A sandbox that is away, or has forgotten it, is no hindrance."""
    if desk.sandbox_url is not None:
        with contextlib.suppress(EgressError):
            await desk.egress.request("DELETE", f"{desk.sandbox_url}/sandbox/api/numbers/{phone_number_id}")


def _app(name: str) -> NewApp:
    return NewApp(
        app_secret=secrets.token_hex(16), name=name, meta_app_id=str(10**14 + secrets.randbelow(9 * 10**14)),
        slug=f"simulated-{secrets.token_hex(6)}", verify_token=secrets.token_urlsafe(24),
    )  # fmt: skip


async def _ask_sandbox(desk: NumberDesk, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = await desk.egress.request(method, f"{desk.sandbox_url}/sandbox/api/numbers{path}", json=body)
    except EgressError:
        raise Unavailable("The sandbox does not run: start it with ./comptoir up, where no real number is "
                          "connected.") from None  # fmt: skip
    told = document(answer.body)
    if told is None or answer.status != 201:
        raise Unavailable(f"The sandbox made no number: {(told or {}).get('error', 'it does not answer as one')}")
    return told


def _told(made: dict[str, Any], name: str) -> str:
    value = text(made.get(name))
    if value is None:
        raise Unavailable(f"The sandbox made a number without {name}.")
    return value
