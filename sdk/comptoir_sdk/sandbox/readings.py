"""What the Graph API says of a token, a number and a WABA, with whatever faults are asked for."""

import time
from typing import Any

from comptoir_sdk.sandbox import updates
from comptoir_sdk.sandbox.box import Box
from comptoir_sdk.sandbox.number import SCOPES
from comptoir_sdk.sandbox.refusals import unknown_object

PHONE_FIELDS = ("id", "verified_name", "display_phone_number", "quality_rating", "code_verification_status",
                "platform_type", "throughput", "webhook_configuration")  # fmt: skip
SOON_SECONDS = 3 * 86400
ELSEWHERE = "https://other.example/webhook"
WRONG_NUMBER: dict[str, dict[str, Any]] = {
    "number_disconnected": {"status": "DISCONNECTED"},
    "number_banned": {"status": "BANNED"},
    "number_quality_red": {"quality_rating": "RED"},
    "number_name_declined": {"name_status": "DECLINED"},
    "number_not_verified": {"code_verification_status": "NOT_VERIFIED"},
    "number_limit_50": {"whatsapp_business_manager_messaging_limit": "TIER_50"},
    "number_blocked": {"health_status": {"can_send_message": "BLOCKED", "entities": []}},
    "webhook_elsewhere": {"webhook_configuration": {"phone_number": ELSEWHERE}},
}
WRONG_TOKEN: dict[str, dict[str, Any]] = {
    "token_invalid": {"is_valid": False, "scopes": [], "error": {"code": 190, "message": "Session has expired"}},
    "token_without_messaging": {"scopes": [SCOPES[0]]},
    "token_without_management": {"scopes": [SCOPES[1]]},
    "token_of_another_app": {"app_id": "100000000000001", "application": "Another app"},
}
APP_FIELDS = ("messages", *updates.FIELDS, "message_template_status_update", "user_preferences")
OTHER_APP = {"whatsapp_business_api_data": {"id": "100000000000001", "name": "Another app", "link": ELSEWHERE}}


def token(of: Box | None) -> dict[str, Any]:
    """`data` of `/debug_token`; None for a token that nobody here was given."""
    if of is None:
        return {"is_valid": False, "scopes": [], "error": {"code": 190, "message": "Malformed access token"}}
    facts, number = of.facts, of.number
    shown: dict[str, Any] = {
        "app_id": number.app_id, "type": "SYSTEM_USER", "application": number.app_name,
        "expires_at": facts.token_expires_at, "data_access_expires_at": 0, "is_valid": facts.token_valid,
        "issued_at": int(of.ledger.started_at), "scopes": list(facts.scopes),
        "granular_scopes": [{"scope": scope, "target_ids": [number.waba_id]} for scope in facts.scopes],
    }  # fmt: skip
    for fault in of.faults.strike_all("debug_token"):
        shown |= WRONG_TOKEN.get(fault.name, {"expires_at": int(time.time()) + SOON_SECONDS})
    return shown


def number(of: Box, fields: str | None) -> dict[str, Any]:
    """The business number, with the fields asked for; raises 100/33 when a fault hides it."""
    facts = of.facts
    everything: dict[str, Any] = facts.model_dump(include={
        "status", "name_status", "quality_rating", "code_verification_status",
        "whatsapp_business_manager_messaging_limit",
    }) | {
        "id": of.number.phone_number_id,
        "verified_name": of.number.business_name,
        "display_phone_number": f"+{of.number.display_phone_number}",
        "platform_type": "CLOUD_API",
        "account_mode": "SANDBOX",
        "is_official_business_account": False,
        "is_on_biz_app": False,
        "throughput": {"level": facts.throughput},
        "webhook_configuration": of.callbacks.configuration(),
        "health_status": {"can_send_message": facts.can_send_message, "entities": []},
    }  # fmt: skip
    for fault in of.faults.strike_all("number"):
        if fault.name == "number_unknown_33":
            raise unknown_object(of.number.phone_number_id, "get")
        everything |= WRONG_NUMBER[fault.name]
    return only(everything, fields, PHONE_FIELDS)


def waba(of: Box, fields: str | None) -> dict[str, Any]:
    """The WABA, with the fields asked for; raises 100/33 when a fault hides it."""
    everything = {
        "id": of.number.waba_id,
        "name": of.number.business_name,
        "currency": "MAD",
        "timezone_id": "90",
        "message_template_namespace": "5a3b6f1e_0000_4000_8000_7e57ab1e0001",
        "business_verification_status": of.facts.business_verification_status,
        "account_review_status": of.facts.account_review_status,
        "health_status": {"can_send_message": of.facts.can_send_message, "entities": []},
    }
    for fault in of.faults.strike_all("waba"):
        if fault.name == "waba_unknown_33":
            raise unknown_object(of.number.waba_id, "get")
        everything["business_verification_status"] = "not_verified"
    return only(everything, fields, ("name", "timezone_id"))


def subscriptions(of: Box) -> list[dict[str, Any]]:
    """The apps that listen to the WABA."""
    struck = {fault.name for fault in of.faults.strike_all("subscribed_apps")}
    if "another_app_subscribed" in struck:
        return [OTHER_APP]
    return [] if "not_subscribed" in struck else [one.shown() for one in of.waba.subscriptions.values()]


def app_subscription(of: Box) -> dict[str, Any]:
    """What the app asks for, as its dashboard shows it: every field this program knows of."""
    struck = of.faults.draw("subscriptions")
    fields = [field for field in APP_FIELDS if struck is None or field != "messages"]
    return {"object": "whatsapp_business_account", "callback_url": of.callbacks.app.url, "active": True,
            "fields": [{"name": field, "version": "v26.0"} for field in fields]}


def only(everything: dict[str, Any], fields: str | None, usual: tuple[str, ...]) -> dict[str, Any]:
    """The fields asked for, as Graph picks them: unknown ones are left out here, `id` always comes along."""
    wanted = [name.split("{")[0].strip() for name in fields.split(",")] if fields else usual
    return {name: everything[name] for name in ("id", *wanted) if name in everything}
