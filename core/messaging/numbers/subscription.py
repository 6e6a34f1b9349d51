"""Seeing to it that Meta delivers this number's messages to us, and moving nobody else's."""

from typing import Final
from uuid import UUID

from core import audit
from core.errors import Conflict
from core.messaging.numbers.asking import MetaApp, Number, RefusedByMeta, asked, client_of, number_of
from core.messaging.numbers.desk import NumberDesk
from core.whatsapp.client import GraphClient
from core.whatsapp.numbers import Callback
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

_NOT_VERIFIED: Final = 2200
"""Meta called our address and did not get its challenge back."""


async def subscribe(desk: NumberDesk, tenant_id: UUID, account_id: UUID) -> None:
    """Our app hears of the account; where its deliveries would go elsewhere, this number's come to us.

    Raises NotFound, Conflict without an app, RefusedByMeta, Unavailable.
    """
    number = await number_of(desk, tenant_id, account_id)
    if number.app is None:
        raise Conflict("This number has no Meta app: give it one, so that its deliveries can be trusted.")
    try:
        done = await _subscribe(desk, number, number.app, client_of(desk, number.account))
    except RefusedByMeta as refused:
        if refused.extra["meta"]["code"] != _NOT_VERIFIED:
            raise
        raise RefusedByMeta(f"Meta called {desk.door.url(number.app.slug)} and was not answered as it should: examine "
                            "the number, the way to us first.", meta=refused.extra["meta"]) from None  # fmt: skip
    async with desk.db.system_transaction() as connection:
        await audit.record_for(connection, tenant_id, "account.subscribed", "account", account_id,
                               {"override": [None, done]})  # fmt: skip


async def _subscribe(desk: NumberDesk, number: Number, app: MetaApp, client: GraphClient) -> str:
    """At which level our address was set: `none`, `account` or `number`."""
    account, ours = number.account, Callback(desk.door.url(app.slug), app.verify_token)
    levels = _levels(await asked(desk, account, client.number(account.phone_number_id)))
    at_account, at_app = levels.get("whatsapp_business_account"), levels.get("application")
    # An override of the account means that our app is subscribed; a plain subscription would end it, and it may be
    # another installation's. Where nobody else is named, the whole account may come to us, news of it included.
    whole = None if at_account or at_app else ours
    if not at_account and (whole is not None or not await _is_subscribed(desk, number, app, client)):
        await asked(desk, account, client.subscribe(number.waba_id, whole))
    receives = levels.get("phone_number") or at_account or at_app or ours.url
    if receives in desk.door.spellings(app.slug):
        return "none" if whole is None else "account"
    await asked(desk, account, client.redirect_number(account.phone_number_id, ours))
    return "number"


async def _is_subscribed(desk: NumberDesk, number: Number, app: MetaApp, client: GraphClient) -> bool:
    """False when it is not known which app is ours: subscribing twice does no harm."""
    if app.meta_app_id is None:
        return False
    apps = await asked(desk, number.account, client.subscribed_apps(number.waba_id))
    ids = (text((mapping(one.get("whatsapp_business_api_data")) or {}).get("id")) for one in apps)
    return app.meta_app_id in ids


def _levels(told: JsonObject) -> dict[str, str]:
    levels = mapping(told.get("webhook_configuration")) or {}
    return {name: url for name, value in levels.items() if (url := text(value))}
