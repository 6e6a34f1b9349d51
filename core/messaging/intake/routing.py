"""Which tenant an item belongs to: by phone_number_id, else by WABA. What belongs to nobody is set aside."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.messaging.intake.batch import (
    Account,
    Batch,
    Bystander,
    Corrected,
    Delivery,
    Heard,
    Incoming,
    Notice,
    Refusal,
    Relocation,
    Told,
)
from core.whatsapp.parse import parse
from core.whatsapp.phones import canonical
from core.whatsapp.values import (
    BookEntry,
    Correction,
    InboundMessage,
    Item,
    Malformed,
    Moved,
    NumberNews,
    StatusUpdate,
    Tiding,
    Unhandled,
    Wish,
)

Parsed = tuple[Delivery, Item]

_ACCOUNTS = """select a.tenant_id, a.id, a.phone_number_id, a.waba_id, p.slug, t.locale,
    a.display_phone_number
from accounts a join tenants t on t.id = a.tenant_id left join meta_apps p on p.id = a.meta_app_id
where {column} = any($1::text[]) order by a.created_at"""
_OF_PORTFOLIO = "partner_solutions"
"""The field whose entry names a business portfolio, of which we know nothing but the app that told."""


def read(deliveries: Iterable[Delivery]) -> list[Parsed]:
    """Every item of every delivery, in their order."""
    return [(delivery, item) for delivery in deliveries for item in parse(delivery.body, delivery.received_at)]


class Routes:
    """The accounts that a batch speaks of."""

    def __init__(
        self, by_phone: dict[str, Account], by_waba: dict[str, list[Account]], of_apps: Sequence[Account]
    ) -> None:
        self._by_phone, self._by_waba, self._of_apps = by_phone, by_waba, of_apps

    @classmethod
    async def find(cls, connection: Connection, parsed: Sequence[Parsed]) -> "Routes":
        phones = {item.phone_number_id for _, item in parsed if item.phone_number_id}
        wabas = {item.waba_id for _, item in parsed if item.waba_id and not item.phone_number_id}
        by_waba: dict[str, list[Account]] = {}
        for account in await _accounts(connection, "a.waba_id", wabas):
            by_waba.setdefault(account.waba_id, []).append(account)
        apps = {d.app_slug for d, item in parsed if type(item) is NumberNews and item.field == _OF_PORTFOLIO}
        by_phone = {a.phone_number_id: a for a in await _accounts(connection, "a.phone_number_id", phones)}
        return cls(by_phone, by_waba, await _accounts(connection, "p.slug", apps))

    def account(self, delivery: Delivery, item: Item) -> Account | str:
        """The account, or why there is none and what to do about it."""
        if item.phone_number_id:
            found = self._by_phone.get(item.phone_number_id)
            if found is None:
                return (f"no account has the phone number id {item.phone_number_id}: connect this number, "
                        "then replay this delivery")
            return found if _signed_by_its_app(delivery, found) else _foreign_signature(delivery, found)
        return self._by_waba_id(delivery, item.waba_id or "")

    def concerned(self, delivery: Delivery, news: NumberNews) -> list[Account] | str:
        """The number it names, or every number of the account, whoever has them; or why there is none."""
        if news.phone_number_id:
            found = self.account(delivery, news)
            return found if isinstance(found, str) else [found]
        accounts = self._of_waba(delivery, news.waba_id or "")
        if not accounts and news.field == _OF_PORTFOLIO:
            return self._of_app(delivery)
        if news.display_phone_number:
            accounts = [a for a in accounts if _digits(a.display_phone_number) == news.display_phone_number]
        return accounts or _unknown_waba(news.waba_id)

    def _of_app(self, delivery: Delivery) -> list[Account] | str:
        accounts = [account for account in self._of_apps if account.app_slug == delivery.app_slug]
        if len({account.tenant_id for account in accounts}) > 1:
            return f"several tenants use the app {delivery.app_slug}, so this is nobody's alone"
        return accounts[:1] or f"no number uses the app {delivery.app_slug}: connect one, then replay this delivery"

    def _of_waba(self, delivery: Delivery, waba_id: str) -> list[Account]:
        return [a for a in self._by_waba.get(waba_id, ()) if _signed_by_its_app(delivery, a)]

    def _by_waba_id(self, delivery: Delivery, waba_id: str) -> Account | str:
        accounts = self._of_waba(delivery, waba_id)
        if not accounts:
            return _unknown_waba(waba_id)
        if len({a.tenant_id for a in accounts}) > 1:
            return f"several tenants have numbers of the WhatsApp Business Account {waba_id}, so this is nobody's alone"
        return accounts[0]


def _signed_by_its_app(delivery: Delivery, account: Account) -> bool:
    # Whoever owns another Meta app of this installation signs as that app; he may not speak for this number.
    return account.app_slug is None or account.app_slug == delivery.app_slug


def _unknown_waba(waba_id: str | None) -> str:
    return (f"no account belongs to the WhatsApp Business Account {waba_id or '(none named)'}: connect it, "
            "then replay this delivery")


def _digits(told: str) -> str:
    return "".join(digit for digit in told if digit.isdigit())


def _foreign_signature(delivery: Delivery, account: Account) -> str:
    return (f"signed by the app {delivery.app_slug}, but the number {account.phone_number_id} belongs to the app "
            f"{account.app_slug}: point its webhook at /webhooks/whatsapp/{account.app_slug}, or move the number")


async def _accounts(connection: Connection, column: str, values: Iterable[str]) -> list[Account]:
    wanted = list(values)
    if not wanted:
        return []
    return [Account(*row) for row in await connection.fetch(_ACCOUNTS.format(column=column), wanted)]


def sort(parsed: Sequence[Parsed], routes: Routes) -> Batch:
    """Each item to its place."""
    batch = Batch()
    for delivery, item in parsed:
        if type(item) is NumberNews:
            _place_news(batch, delivery, routes, item)
            continue
        account = routes.account(delivery, item)
        if type(item) is Malformed:
            tenant_id = account.tenant_id if isinstance(account, Account) else None
            batch.refusals.append(Refusal(delivery.id, tenant_id, item.path, item.reason, item.raw))
        elif isinstance(account, str):
            batch.refusals.append(Refusal(delivery.id, None, label(item), account, _content(item), *marks(item)))
        else:
            _place(batch, delivery, account, item)
    return batch


def _place(batch: Batch, delivery: Delivery, account: Account, item: Item) -> None:
    if isinstance(item, InboundMessage):
        batch.messages.append(Incoming(account, item, delivery.id, uuid7()))
    elif type(item) is StatusUpdate:
        batch.statuses.append(Told(account, item, delivery.id))
    elif type(item) is Correction:
        batch.corrections.append(Corrected(account, item, delivery.id))
    elif type(item) is Moved:
        batch.relocations.append(Relocation(account, item, delivery.id))
    elif type(item) is Wish:
        batch.wishes.append((account, item))
    elif type(item) is BookEntry:
        batch.book.append((account, item))
    elif type(item) is Tiding:
        batch.notices.append(Notice(account, item, item.at or delivery.received_at, delivery.id))
    elif type(item) is Unhandled:
        batch.unhandled.append(Bystander(account, item, delivery.id, delivery.received_at))


def _place_news(batch: Batch, delivery: Delivery, routes: Routes, news: NumberNews) -> None:
    concerned = routes.concerned(delivery, news)
    if isinstance(concerned, str):
        batch.refusals.append(Refusal(delivery.id, None, label(news), concerned, news.value))
    else:
        batch.news += [Heard(account, news, news.at or delivery.received_at) for account in concerned]


def marks(item: Item) -> tuple[str | None, str | None]:
    """(wamid, phone of the customer in its one spelling): by what an item is found again."""
    if isinstance(item, InboundMessage):
        return item.wamid, canonical(item.sender.phone or item.sender.wa_id or "") or None
    if isinstance(item, StatusUpdate):
        return item.wamid, canonical(item.recipient_phone or "") or None
    if isinstance(item, Correction):
        return item.target, None
    if isinstance(item, (Moved, Wish, BookEntry)):
        return None, canonical(item.customer.phone or "") or None
    return None, None


def label(item: Item) -> str:
    """What an item is called in the quarantine."""
    if isinstance(item, InboundMessage):
        return f"message {item.wamid}"
    if isinstance(item, StatusUpdate):
        return f"status {item.status} of {item.wamid}"
    if isinstance(item, Correction):
        return f"{item.kind} of {item.target}"
    if isinstance(item, (Unhandled, NumberNews, Tiding)):
        return f"field {item.field}"
    if isinstance(item, Malformed):
        return item.path
    return "field " + ("user_id_update" if isinstance(item, Moved) else
                       "user_preferences" if isinstance(item, Wish) else "smb_app_state_sync")


def _content(item: Item) -> Any:
    return item.value if isinstance(item, (Unhandled, NumberNews, Tiding)) else item.raw
