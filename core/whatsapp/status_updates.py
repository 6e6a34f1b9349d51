"""One status object of a webhook → StatusUpdate."""

from typing import Any

from comptoir_sdk.webhooks import Call, Payment

from core.whatsapp.callers import customer_of
from core.whatsapp.messages import Misread, Origin, moment_of, wamid_of
from core.whatsapp.reading import LONGEST_IDENTITY, errors, identifier, mapping, text
from core.whatsapp.senders import names
from core.whatsapp.statuses import UNRANKED, rank_of
from core.whatsapp.values import JsonObject, StatusUpdate, Tiding

_LONGEST_STATUS = 64
# Meta's pages spell it in two ways.
_PARTICIPANT_PHONES = ("recipient_participant_id", "participant_recipient_id")


def read_status(raw: Any, origin: Origin) -> StatusUpdate | Tiding:
    """Raises Misread when it has no wamid, no status or no time. Of a payment or a call it is a tiding."""
    if type(raw) is not dict:
        raise Misread("a status is not an object")
    wamid = wamid_of(raw)
    status = identifier(raw.get("status"), _LONGEST_STATUS)
    if status is None:
        raise Misread("it names no status")
    moment, timed_by_us = moment_of(raw, origin)
    # A payment can be `failed` too, which says nothing about the message.
    kind = text(raw.get("type")) or "message"
    if kind == "payment":
        paid = Payment.of(raw)
        key = (wamid, status, _participant(raw) or "", paid.reference_id or "")
        return Tiding("payment.updated", "messages", paid, raw, origin.waba_id, origin.phone_number_id, moment, key)
    if kind == "call":
        return Tiding("call.updated", "calls", Call.of(raw), raw, origin.waba_id, origin.phone_number_id, moment,
                      who=customer_of(raw, {}))  # fmt: skip
    in_group = raw.get("recipient_type") == "group"
    phone, bsuid = (None, None) if in_group else _recipient(raw)
    return StatusUpdate(
        phone_number_id=origin.phone_number_id,
        waba_id=origin.waba_id,
        wamid=wamid,
        status=status,
        rank=rank_of(status) if kind == "message" else UNRANKED,
        kind=kind,
        at=moment,
        timed_by_us=timed_by_us,
        recipient_phone=phone,
        recipient_bsuid=bsuid,
        recipient_parent_bsuid=None if in_group else _parent(raw),
        group_id=identifier(raw.get("recipient_id")) if in_group else None,
        participant=_participant(raw),
        participant_phone=_participant_phone(raw),
        callback_data=text(raw.get("biz_opaque_callback_data")),
        pricing=mapping(raw.get("pricing")),
        conversation=mapping(raw.get("conversation")),
        errors=errors(raw["errors"]) if "errors" in raw else (),
        raw=raw,
    )


def _recipient(raw: JsonObject) -> tuple[str | None, str | None]:
    return names(text(raw.get("recipient_id")), text(raw.get("recipient_user_id")))


def _parent(raw: JsonObject) -> str | None:
    # Renamed by Meta on 5 May 2026; both spellings live.
    told = raw.get("recipient_parent_user_id") or raw.get("parent_recipient_user_id")
    return identifier(told, LONGEST_IDENTITY)


def _participant(raw: JsonObject) -> str | None:
    """Who in a group: the user id, or the phone."""
    for key in ("recipient_participant_user_id", *_PARTICIPANT_PHONES):
        told = identifier(raw.get(key), LONGEST_IDENTITY)
        if told is not None:
            return told
    return None


def _participant_phone(raw: JsonObject) -> str | None:
    told = (identifier(raw.get(key), LONGEST_IDENTITY) for key in _PARTICIPANT_PHONES)
    return next((phone for phone in told if phone is not None), None)
