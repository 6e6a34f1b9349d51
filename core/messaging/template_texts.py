"""A template as the customer reads it: Meta's words with what was filled in. Kept with each message: they change."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.db.pool import Connection

_VARIABLE: Final = re.compile(r"\{\{\s*(\w{1,60})\s*\}\}")
_FALLBACKS: Final = ("currency", "date_time")
_KNOWN: Final = "select components from known_templates where waba_id = $1 and name = $2 and language = $3"


async def read_as_sent(connection: Connection, content: Mapping[str, Any], waba_id: str) -> dict[str, Any] | None:
    """None while Meta has not told of the template."""
    name, language = content["name"], content["language"]["code"]
    components = await connection.fetchval(_KNOWN, waba_id, name, language)
    return None if components is None else as_sent(components, content.get("components") or ())


def as_sent(components: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """{header: {format, text}, body, footer, buttons: [{type, text, url}], offer: {text, ends_at}, cards: [the same]};
    what the template has of it. `ends_at` is in milliseconds since 1970; a button that copies has its `code`."""
    shown: dict[str, Any] = {}
    for component in components:
        kind = str(component.get("type", "")).lower()
        if kind == "header":
            told = str(component.get("format") or "text").lower()
            shown["header"] = {"format": told, "text": _filled(component.get("text"), _parameters(given, "header"))}
        elif kind in ("body", "footer"):
            shown[kind] = _filled(component.get("text"), _parameters(given, kind))
        elif kind == "buttons":
            shown["buttons"] = [_button(one, place, given) for place, one in enumerate(component.get("buttons") or ())]
        elif kind == "limited_time_offer":
            shown["offer"] = _offer(component, given)
        elif kind == "carousel":
            shown["cards"] = _cards(component, given)
    return shown


def _offer(component: Mapping[str, Any], given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    told = component.get("limited_time_offer") or {}
    end = next((one.get("limited_time_offer") or {} for one in _parameters(given, "limited_time_offer")), {})
    return {"text": str(told.get("text") or ""), "ends_at": end.get("expiration_time_ms")}


def _cards(component: Mapping[str, Any], given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    sent = next((one.get("cards") or () for one in given if one.get("type") == "carousel"), ())
    filled = {card.get("card_index"): card.get("components") or () for card in sent}
    return [as_sent(card.get("components") or (), filled.get(place, ()))
            for place, card in enumerate(component.get("cards") or ())]


def _button(button: Mapping[str, Any], place: int, given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    parameters = next((one.get("parameters") or () for one in given
                       if one.get("type") == "button" and str(one.get("index")) == str(place)), ())  # fmt: skip
    found = {"type": str(button.get("type", "")).lower(), "text": str(button.get("text") or "")}
    if button.get("otp_type"):
        found["otp_type"] = str(button["otp_type"])
    if button.get("url"):
        found["url"] = _filled(button["url"], parameters)
    if code := next((one["coupon_code"] for one in parameters if one.get("coupon_code")), None):
        found["code"] = str(code)
    return found


def _parameters(given: Sequence[Mapping[str, Any]], kind: str) -> Sequence[Mapping[str, Any]]:
    return next((one.get("parameters") or () for one in given if one.get("type") == kind), ())


def _filled(text: Any, parameters: Sequence[Mapping[str, Any]]) -> str:
    """By name where Meta's template names its variables, else by place; what was not given stays as it is."""
    values = {one.get("parameter_name") or str(place): _value(one) for place, one in enumerate(parameters, 1)}
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], str(text or ""))


def _value(parameter: Mapping[str, Any]) -> str:
    for kind in _FALLBACKS:
        if isinstance(told := parameter.get(kind), Mapping):
            return str(told.get("fallback_value") or "")
    return str(parameter.get("text") or "")
