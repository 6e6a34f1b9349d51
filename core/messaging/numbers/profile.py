"""What customers see of a business: read from Meta and changed there, a copy kept with the number."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core import audit
from core.messaging.numbers.asking import asked, client_of, number_of
from core.messaging.numbers.desk import NumberDesk
from core.messaging.numbers.facts import save_facts
from core.whatsapp.reading import text
from core.whatsapp.values import JsonObject

_TEXTS = ("about", "address", "description", "email", "vertical", "profile_picture_url")


async def get_profile(desk: NumberDesk, tenant_id: UUID, account_id: UUID) -> dict[str, Any]:
    """As Meta has it now. Raises NotFound, RefusedByMeta, Unavailable."""
    number = await number_of(desk, tenant_id, account_id)
    client = client_of(desk, number.account)
    return told(await asked(desk, number.account, client.profile(number.account.phone_number_id)))


async def change_profile(
    desk: NumberDesk, tenant_id: UUID, account_id: UUID, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """The profile afterwards. Raises NotFound, RefusedByMeta, Unavailable."""
    number = await number_of(desk, tenant_id, account_id)
    account, client = number.account, client_of(desk, number.account)
    await asked(desk, account, client.change_profile(account.phone_number_id, changes))
    profile = await asked(desk, account, client.profile(account.phone_number_id))
    async with desk.db.system_transaction() as connection:
        await save_facts(connection, tenant_id, account_id, {}, None, profile)
        await audit.record_for(connection, tenant_id, "account.profile_updated", "account", account_id,
                               {name: [None, value] for name, value in changes.items()})  # fmt: skip
    return told(profile)


def told(profile: JsonObject) -> dict[str, Any]:
    """With every field, empty where Meta left it out."""
    websites = profile.get("websites")
    sites = [site for site in websites if isinstance(site, str)] if isinstance(websites, list) else []
    return {**{name: text(profile.get(name)) or "" for name in _TEXTS}, "websites": sites}
