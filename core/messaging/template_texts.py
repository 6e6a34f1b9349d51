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
    """{header: {format, text}, body, footer, buttons: [{type, text, url}]}; what the template has of it."""
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
    return shown


def _button(button: Mapping[str, Any], place: int, given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    parameters = next((one.get("parameters") or () for one in given
                       if one.get("type") == "button" and str(one.get("index")) == str(place)), ())  # fmt: skip
    found = {"type": str(button.get("type", "")).lower(), "text": str(button.get("text") or "")}
    if button.get("url"):
        found["url"] = _filled(button["url"], parameters)
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
