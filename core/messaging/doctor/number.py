"""Is the number there, may it send, and is it the number of this account?"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.messaging.doctor.finding import Finding, State
from core.messaging.doctor.no_word import names_nothing, no_word
from core.messaging.doctor.reply import NoWord, Reply
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

_FAILED: Final = frozenset({
    "BANNED", "DELETED", "MIGRATED", "DISCONNECTED", "UNVERIFIED", "RESTRICTED", "PENDING",
})  # fmt: skip
_WARNING: Final = frozenset({"FLAGGED", "RATE_LIMITED"})
_NAMED: Final = frozenset({"APPROVED", "AVAILABLE_WITHOUT_REVIEW"})
_BAD_QUALITY: Final = frozenset({"RED", "YELLOW"})
_HEALTH: Final[Mapping[str, tuple[State | None, str]]] = {
    "BLOCKED": ("failed", "number.health_blocked"), "LIMITED": ("warning", "number.health_limited"),
}  # fmt: skip
_MOST_SHOWN: Final = 6
_LONGEST: Final = 300


def judge_number(told: Reply[JsonObject], phone_number_id: str) -> list[Finding]:
    """The number's own state first, then what speaks against its quality and its name."""
    if isinstance(told, NoWord):
        if told.refused is not None and names_nothing(told.refused):
            return [Finding("number", "failed", "number.unknown_id", {"phone_number_id": phone_number_id})]
        return [no_word("number", told)]
    return [_standing(told.value), *_name(told.value), *_quality(told.value)]


def _standing(told: JsonObject) -> Finding:
    status, platform = text(told.get("status")), text(told.get("platform_type"))
    values = _shown(told)
    if platform not in (None, "CLOUD_API"):
        return Finding("number", "failed", "number.not_cloud", values | {"platform": platform or ""})
    if status in _FAILED:
        words = "number.pending" if status == "PENDING" else "number.stopped"
        return Finding("number", "failed", words, values | {"status": status})
    blocked = _health(told)
    if blocked is not None:
        return blocked
    if status in _WARNING:
        return Finding("number", "warning", "number.limited", values | {"status": status})
    if status == "CONNECTED":
        return Finding("number", "ok", "number.ok", values)
    return Finding("number", "unknown", "number.no_status", values | {"status": status or "—"})


def _health(told: JsonObject) -> Finding | None:
    """Meta's own summary of whether messages can leave, with its own words for the cure."""
    health = mapping(told.get("health_status")) or {}
    state, words = _HEALTH.get(text(health.get("can_send_message")) or "", (None, ""))
    if state is None:
        return None
    reasons = "; ".join(_reasons(health.get("entities")))[:_LONGEST]
    return Finding("number", state, words, {"details": reasons or str(health["can_send_message"])})


def _reasons(entities: Any) -> Iterator[str]:
    for entity in entities if isinstance(entities, list) else ():
        errors = (mapping(entity) or {}).get("errors")
        for error in errors if isinstance(errors, list) else ():
            told = mapping(error) or {}
            parts = (text(told.get("error_description")), text(told.get("possible_solution")))
            if any(parts):
                yield " ".join(part for part in parts if part)


def _name(told: JsonObject) -> list[Finding]:
    status = text(told.get("name_status"))
    if status is None or status in _NAMED:
        return []
    values = {"status": status, "name": text(told.get("verified_name")) or "—"}
    return [Finding("number", "warning", "number.name", values)]


def _quality(told: JsonObject) -> list[Finding]:
    rating = text(told.get("quality_rating"))
    return [Finding("number", "warning", "number.quality", {"rating": rating})] if rating in _BAD_QUALITY else []


def _shown(told: JsonObject) -> dict[str, str]:
    throughput = text((mapping(told.get("throughput")) or {}).get("level"))
    limit = text(told.get("whatsapp_business_manager_messaging_limit"))
    return {
        "number": text(told.get("display_phone_number")) or "—",
        "name": text(told.get("verified_name")) or "—",
        "limit": limit or "—",
        "throughput": throughput or "—",
    }


def judge_waba(
    account: Reply[JsonObject], numbers: Reply[list[JsonObject]], waba_id: str, phone_number_id: str
) -> Finding:
    """Is the WhatsApp Business Account there, and is the number one of its own?"""
    if isinstance(account, NoWord):
        if account.refused is not None and names_nothing(account.refused):
            return Finding("waba", "failed", "waba.unknown_id", {"waba_id": waba_id})
        return no_word("waba", account)
    if isinstance(numbers, NoWord):
        return no_word("waba", numbers)
    values = {"name": text(account.value.get("name")) or waba_id}
    if phone_number_id in (text(one.get("id")) for one in numbers.value):
        return Finding("waba", "ok", "waba.ok", values)
    shown = ", ".join(_label(one) for one in numbers.value[:_MOST_SHOWN]) or "—"
    return Finding("waba", "failed", "waba.other", values | {"waba_id": waba_id, "numbers": shown})


def _label(number: JsonObject) -> str:
    return f"{text(number.get('display_phone_number')) or '?'} ({text(number.get('id')) or '?'})"
