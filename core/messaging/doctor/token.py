"""Is the access token alive, for how long, for what, and for which app?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from core.messaging.doctor.finding import Finding
from core.messaging.doctor.no_word import TOKEN_REFUSED, no_word
from core.messaging.doctor.reply import NoWord, Reply
from core.whatsapp.reading import at, mapping, text
from core.whatsapp.values import JsonObject

NEEDED: Final = ("whatsapp_business_messaging", "whatsapp_business_management")
SOON: Final = timedelta(days=14)
_EXPIRED, _PASSWORD, _REVOKED = 463, 460, 467
_DEATHS: Final = {_EXPIRED: "token.expired", _PASSWORD: "token.revoked", _REVOKED: "token.revoked"}


def judge_token(told: Reply[JsonObject], waba_id: str, app_id: str | None, now: datetime) -> Finding:
    """From `debug_token`. `app_id` is the Meta app that this number is to belong to, when it is known."""
    if isinstance(told, NoWord):
        return _refused(told)
    valid = told.value.get("is_valid")
    if valid is True:
        return _alive(told.value, waba_id, app_id, now)
    if valid is False:
        return Finding("token", "failed", _DEATHS.get(_subcode(told.value) or 0, "token.invalid"))
    return Finding("token", "unknown", "any.unreadable")


def _refused(told: NoWord) -> Finding:
    refused = told.refused
    if refused is None:
        return no_word("token", told)
    if refused.error.code in TOKEN_REFUSED:
        words = _DEATHS.get(refused.subcode or 0, "token.invalid")
        return Finding("token", "failed", words, {"details": refused.error.details})
    found = no_word("token", told)
    # Only the developers of an app may ask about its tokens: a live token can be refused here.
    return Finding("token", "unknown", "token.not_told") if found.state == "failed" else found


def _alive(told: JsonObject, waba_id: str, app_id: str | None, now: datetime) -> Finding:
    missing = [scope for scope in NEEDED if scope not in _texts(told.get("scopes"))]
    if missing:
        return Finding("token", "failed", "token.scopes", {"scopes": ", ".join(missing)})
    if not _covers(told.get("granular_scopes"), waba_id):
        return Finding("token", "failed", "token.other_waba", {"waba_id": waba_id})
    its_app = text(told.get("app_id"))
    if app_id and its_app and its_app != app_id:
        return Finding("token", "failed", "token.other_app", {"app_id": its_app, "expected": app_id})
    return _lifetime(told, now)


def _lifetime(told: JsonObject, now: datetime) -> Finding:
    # 0 means for ever, and is too early to be a moment.
    ends = [moment for moment in (at(told.get("expires_at")), at(told.get("data_access_expires_at"))) if moment]
    if not ends:
        known = "expires_at" in told
        return Finding("token", "ok", "token.ok") if known else Finding("token", "warning", "token.no_end_told")
    end = min(ends)
    values = {"until": end.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")}
    if end <= now:
        return Finding("token", "failed", "token.expired", values)
    return Finding("token", "warning", "token.expires_soon" if end - now < SOON else "token.expires", values)


def _covers(granular: Any, waba_id: str) -> bool:
    """Whether both permissions reach this account. Without target_ids a permission reaches everything."""
    targets = [_texts(scope.get("target_ids")) for scope in _scopes(granular)]
    return all(not reached or waba_id in reached for reached in targets)


def _scopes(granular: Any) -> Iterator[JsonObject]:
    for told in granular if isinstance(granular, list) else ():
        scope = mapping(told)
        if scope is not None and scope.get("scope") in NEEDED:
            yield scope


def _texts(told: Any) -> frozenset[str]:
    return frozenset(found for one in told if (found := text(one))) if isinstance(told, list) else frozenset()


def _subcode(told: JsonObject) -> int | None:
    code: Any = (mapping(told.get("error")) or {}).get("subcode")
    return code if isinstance(code, int) else None


def app_of(told: Reply[JsonObject]) -> str | None:
    """The Meta app that the token was made by."""
    return None if isinstance(told, NoWord) else text(told.value.get("app_id"))


def death_of(told: Reply[JsonObject]) -> bool:
    """Whether Meta says that the token is dead; by its answer, for its refusals are found by `token_refused`."""
    return not isinstance(told, NoWord) and told.value.get("is_valid") is False


