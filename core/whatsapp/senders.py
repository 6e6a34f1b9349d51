"""Who wrote: joins each message to its entry in the delivery's `contacts`, which Meta keeps beside it.

A wrong join shows one customer's words under another's name, so doubt means no join: the message's own
`from` and `from_user_id` are enough to know the sender.
"""

from typing import Any

from core.whatsapp.phones import canonical, is_phone
from core.whatsapp.reading import LONGEST_IDENTITY, identifier, mapping, name, text
from core.whatsapp.values import JsonObject, Sender


class Contacts:
    """The contacts told in one change, beside `messages` many messages or statuses."""

    __slots__ = ("_contacts", "_index", "_messages")

    def __init__(self, told: Any, messages: int) -> None:
        self._contacts: list[JsonObject] = (
            [mapping(contact) or {} for contact in told] if isinstance(told, list) else []
        )
        self._messages = messages
        self._index: dict[str, JsonObject] | None = None

    def of(self, phone: str | None, bsuid: str | None, position: int) -> JsonObject:
        """The contact with this phone or user id; else the one in its place, unless the ids disagree; else {}."""
        if not self._contacts:
            return {}
        if len(self._contacts) == 1:
            only = self._contacts[0]
            if (phone is not None and only.get("wa_id") == phone) or (bsuid and only.get("user_id") == bsuid):
                return only
        return self._by_id(phone, bsuid) or self._by_place(phone, bsuid, position)

    def _by_id(self, phone: str | None, bsuid: str | None) -> JsonObject | None:
        if self._index is None:
            self._index = _indexed(self._contacts)
        found = self._index.get(bsuid) if bsuid else None
        if found is None and phone is not None:
            found = self._index.get(canonical(phone) or phone)
            # The same phone under another user id is the phone's next owner, not this sender.
            if found is not None and bsuid and text(found.get("user_id")) not in (None, bsuid):
                return None
        return found

    def _by_place(self, phone: str | None, bsuid: str | None, position: int) -> JsonObject:
        count = len(self._contacts)
        if count not in (1, self._messages):
            return {}
        contact = self._contacts[position if count == self._messages else 0]
        if not _disagree(contact, phone, bsuid):
            return contact if self._messages == 1 or (phone is None and bsuid is None) else {}
        # One message beside one contact is the same person, whose ids we cannot reconcile: keep the name.
        return {"profile": contact.get("profile")} if count == self._messages == 1 else {}


def _indexed(contacts: list[JsonObject]) -> dict[str, JsonObject]:
    index: dict[str, JsonObject] = {}
    for contact in contacts:
        phone, bsuid = text(contact.get("wa_id")), text(contact.get("user_id"))
        if phone is not None:
            index.setdefault(canonical(phone) or phone, contact)
        if bsuid is not None:
            index.setdefault(bsuid, contact)
    return index


def _disagree(contact: JsonObject, phone: str | None, bsuid: str | None) -> bool:
    told_phone, told_bsuid = text(contact.get("wa_id")), text(contact.get("user_id"))
    if bsuid and told_bsuid and bsuid != told_bsuid:
        return True
    return bool(phone and told_phone and canonical(phone) != canonical(told_phone))


def sender(message: JsonObject, contacts: Contacts, position: int) -> Sender | None:
    """The customer who wrote this, or None when nothing names them."""
    told, bsuid = text(message.get("from")), text(message.get("from_user_id"))
    contact = contacts.of(told, bsuid, position)
    return person(told, bsuid, message.get("from_parent_user_id"), contact)


def person(
    phone: str | None, bsuid: str | None, parent_bsuid: Any = None, contact: JsonObject | None = None
) -> Sender | None:
    """The customer with these names and what `contact` adds to them, or None when none of them names anybody."""
    contact = contact or {}
    wa_id = identifier(contact.get("wa_id"), LONGEST_IDENTITY)
    phone, bsuid = names(phone or wa_id, bsuid or text(contact.get("user_id")))
    if phone is None and bsuid is None:
        return None
    profile = mapping(contact.get("profile")) or contact
    return Sender(
        phone=phone,
        bsuid=bsuid,
        parent_bsuid=identifier(parent_bsuid or contact.get("parent_user_id"), LONGEST_IDENTITY),
        wa_id=wa_id,
        name=name(profile.get("name")),
        username=name(profile.get("username")) or None,
        identity_key_hash=text(contact.get("identity_key_hash")),
    )


def names(phone: str | None, bsuid: str | None) -> tuple[str | None, str | None]:
    """(phone, bsuid) that can be identities. A `from` that is no phone is a user id, matched exactly."""
    if phone is not None and not is_phone(phone):
        phone, bsuid = None, bsuid or phone
    return phone, identifier(bsuid, LONGEST_IDENTITY)
