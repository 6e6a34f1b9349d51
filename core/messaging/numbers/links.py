"""Links (and their QR codes) by which customers begin a chat with words already written. Meta keeps them."""

from typing import Any
from uuid import UUID

from core import audit
from core.auth import qr
from core.errors import Invalid, NotFound, Unavailable
from core.messaging.numbers.asking import RefusedByMeta, asked, client_of, number_of
from core.messaging.numbers.desk import NumberDesk
from core.whatsapp.customers import MOST_LINKS
from core.whatsapp.reading import text
from core.whatsapp.values import JsonObject

_UNKNOWN_CODE = 100


async def list_links(desk: NumberDesk, tenant_id: UUID, account_id: UUID) -> list[dict[str, Any]]:
    """All of the number's, as Meta has them now. Raises NotFound, RefusedByMeta, Unavailable."""
    account = (await number_of(desk, tenant_id, account_id)).account
    found = await asked(desk, account, client_of(desk, account).message_links(account.phone_number_id))
    return [told(link) for link in found]


async def link_of(desk: NumberDesk, tenant_id: UUID, account_id: UUID, code: str) -> dict[str, Any]:
    """One of them, with its QR code. Raises NotFound, RefusedByMeta, Unavailable."""
    account = (await number_of(desk, tenant_id, account_id)).account
    try:
        link = await asked(desk, account, client_of(desk, account).message_link(account.phone_number_id, code))
    except RefusedByMeta as refused:
        raise _absent(refused) from None
    if link is None:
        raise _nothing()
    return drawn(told(link))


async def make_link(desk: NumberDesk, tenant_id: UUID, account_id: UUID, message: str) -> dict[str, Any]:
    """Raises NotFound, Invalid at Meta's 2,000 of a number, RefusedByMeta, Unavailable."""
    if len(await list_links(desk, tenant_id, account_id)) >= MOST_LINKS:
        raise Invalid(f"This number has {MOST_LINKS} links, as many as WhatsApp allows: delete one first.",
                      limit=MOST_LINKS)  # fmt: skip
    return await _written(desk, tenant_id, account_id, message, None)


async def change_link(desk: NumberDesk, tenant_id: UUID, account_id: UUID, code: str, message: str) -> dict[str, Any]:
    """Whoever has the link gets the new words. Raises as `make_link`."""
    return await _written(desk, tenant_id, account_id, message, code)


async def remove_link(desk: NumberDesk, tenant_id: UUID, account_id: UUID, code: str) -> None:
    """Raises NotFound, RefusedByMeta, Unavailable."""
    account = (await number_of(desk, tenant_id, account_id)).account
    call = client_of(desk, account).remove_message_link(account.phone_number_id, code)
    try:
        await asked(desk, account, call)
    except RefusedByMeta as refused:
        raise _absent(refused) from None
    await _record(desk, tenant_id, account_id, "account.link_deleted", code)


async def _written(
    desk: NumberDesk, tenant_id: UUID, account_id: UUID, message: str, code: str | None
) -> dict[str, Any]:
    account = (await number_of(desk, tenant_id, account_id)).account
    call = client_of(desk, account).write_message_link(account.phone_number_id, message, code)
    try:
        link = drawn(told(await asked(desk, account, call)))
    except RefusedByMeta as refused:
        raise (_absent(refused) if code else refused) from None
    await _record(desk, tenant_id, account_id, "account.link_changed" if code else "account.link_made", link["code"])
    return link


def _absent(refused: RefusedByMeta) -> RefusedByMeta | NotFound:
    return refused if refused.extra["meta"]["code"] != _UNKNOWN_CODE else _nothing()


def _nothing() -> NotFound:
    return NotFound("There is no such link of this number.")


async def _record(desk: NumberDesk, tenant_id: UUID, account_id: UUID, action: str, code: str) -> None:
    async with desk.db.system_transaction() as connection:
        await audit.record_for(connection, tenant_id, action, "account", account_id, {"code": [None, code]})


def told(link: JsonObject) -> dict[str, Any]:
    """Raises Unavailable when Meta tells no code or no address."""
    code, url = text(link.get("code")), text(link.get("deep_link_url"))
    if code is None or url is None:
        raise Unavailable("Meta's answer tells no code of the link: look at the list, then try again.")
    return {"code": code, "message": text(link.get("prefilled_message")) or "", "url": url,
            "qr_image_url": text(link.get("qr_image_url")), "qr_svg": None}


def drawn(link: dict[str, Any]) -> dict[str, Any]:
    """With the code as a picture of ours: Meta's own is told once, and no page of ours may load it."""
    return link | {"qr_svg": qr.svg(link["url"])}
