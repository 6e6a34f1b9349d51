"""Does what customers write reach us? Who is subscribed, to which fields, and where Meta sends it."""

from collections.abc import Collection, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from core.messaging.doctor.finding import Finding
from core.messaging.doctor.no_word import no_word, proof_refused
from core.messaging.doctor.reply import NoWord, Reply
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

WANTED: Final = (
    "messages", "account_update", "account_alerts", "account_settings_update", "business_capability_update",
    "phone_number_name_update", "phone_number_quality_update", "message_template_status_update", "user_preferences",
)  # fmt: skip
"""The webhook fields that Comptoir acts on; without the first nothing works."""
_OBJECT: Final = "whatsapp_business_account"
_LEVELS: Final = ("phone_number", "whatsapp_business_account", "application")
"""Meta's order: the first that is set receives."""
_WRONG_CREDENTIALS: Final = frozenset({1, 101, 190})


def judge_subscription(told: Reply[list[JsonObject]], app_id: str | None) -> Finding:
    """`app_id` is the app whose token we hold."""
    if isinstance(told, NoWord):
        return no_word("subscribed", told)
    apps = dict(_apps(told.value))
    if not apps:
        return Finding("subscribed", "failed", "subscribed.nobody", act="subscribe")
    names = ", ".join(apps.values())
    if app_id is None:
        return Finding("subscribed", "unknown", "subscribed.which", {"apps": names}, "subscribe")
    if app_id in apps:
        return Finding("subscribed", "ok", "subscribed.ok", {"app": apps[app_id]})
    return Finding("subscribed", "failed", "subscribed.others", {"apps": names}, "subscribe")


def _apps(told: list[JsonObject]) -> Iterator[tuple[str, str]]:
    for one in told:
        app = mapping(one.get("whatsapp_business_api_data")) or {}
        app_id = text(app.get("id"))
        if app_id is not None:
            yield app_id, text(app.get("name")) or app_id


def judge_fields(told: Reply[list[JsonObject]]) -> Finding:
    """Which fields the app asks for: chosen in the app's dashboard, and forgotten there most often."""
    if isinstance(told, NoWord):
        return _fields_not_told(told)
    fields = next((_fields(one) for one in told.value if one.get("object") == _OBJECT), frozenset[str]())
    missing = [name for name in WANTED if name not in fields]
    if "messages" in missing:
        return Finding("fields", "failed", "fields.no_messages")
    if missing:
        return Finding("fields", "warning", "fields.missing", {"fields": ", ".join(missing)})
    return Finding("fields", "ok", "fields.ok")


def _fields_not_told(told: NoWord) -> Finding:
    if told.why == "untried":
        return Finding("fields", "unknown", "fields.untried")
    if told.refused is not None and (told.refused.error.code in _WRONG_CREDENTIALS or proof_refused(told.refused)):
        return Finding("fields", "unknown", "fields.secret_first")
    return no_word("fields", told)


def _fields(subscription: JsonObject) -> frozenset[str]:
    if subscription.get("active") is False:
        return frozenset()
    fields: Any = subscription.get("fields")
    names = (text(one.get("name")) if isinstance(one, dict) else text(one) for one in
             (fields if isinstance(fields, list) else ()))  # fmt: skip
    return frozenset(name for name in names if name)


def judge_override(told: Reply[JsonObject], ours: Collection[str]) -> Finding:
    """Where the number's webhooks go. `ours` are the spellings of our own address, empty before there is one."""
    if isinstance(told, NoWord):
        return no_word("override", told)
    levels = mapping(told.value.get("webhook_configuration"))
    if levels is None:
        return Finding("override", "unknown", "override.not_told")
    level, url = next(((name, found) for name in _LEVELS if (found := text(levels.get(name)))), ("", ""))
    if not level:
        return Finding("override", "failed", "override.none", act="subscribe")
    if not ours:
        return Finding("override", "unknown", "override.untried", {"url": shown(url)})
    if url in ours:
        return Finding("override", "ok", "override.ok")
    return Finding("override", "failed", f"override.{level}", {"url": shown(url)}, "subscribe")


def shown(url: str) -> str:
    """An address without what may be a secret in it."""
    parts = urlsplit(url) if url.isprintable() and "[" not in url and "]" not in url else urlsplit("")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200] if parts.scheme else "?"
