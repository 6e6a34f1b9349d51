"""The account's message templates: listing them as Meta does, and checking a send against them."""

import base64
import json
import re
from importlib.resources import files
from typing import Any

from comptoir_sdk.sandbox import template_buttons
from comptoir_sdk.sandbox.refusals import Refusal, missing, parameter

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
FIELDS = ("id", "name", "status", "category", "language", "components", "parameter_format")
LARGEST_PAGE = 1000


class Templates:
    """One template = one (name, language)."""

    def __init__(self) -> None:
        text = (files("comptoir_sdk.sandbox") / "templates.json").read_text("utf-8")
        self._all: list[dict[str, Any]] = json.loads(text)

    def put(self, template: dict[str, Any]) -> None:
        """Add, or replace the one with the same name and language (control API)."""
        absent = [field for field in FIELDS if field != "id" and field not in template]
        if absent:
            raise parameter(f"A template needs {', '.join(absent)}")
        self._all = [t for t in self._all if (t["name"], t["language"]) != (template["name"], template["language"])]
        self._all.append({"id": str(2_100_000_000_000_000 + len(self._all))} | template)

    def page(self, query: dict[str, str], url: str) -> dict[str, Any]:
        """A page of the list: filters, fields, cursors; `url` is where the next page is fetched from."""
        found = [template for template in self._all if _matches(template, query)]
        begin, end = _bounds(query, len(found))
        answer: dict[str, Any] = {"data": [_only(t, query.get("fields")) for t in found[begin:end]]}
        if end > begin:
            paging: dict[str, Any] = {"cursors": {"before": _cursor(begin), "after": _cursor(end)}}
            if end < len(found):
                paging["next"] = f"{url}&after={_cursor(end)}"
            answer["paging"] = paging
        if "summary" in query:
            answer["summary"] = self._summary(len(found))
        return answer

    def get(self, template_id: str) -> dict[str, Any] | None:
        """One template by its id."""
        return next((template for template in self._all if template["id"] == template_id), None)

    def check(self, sent: Any) -> dict[str, Any]:
        """The template that a send names, once its parameters fit; raises Meta's refusal."""
        if not isinstance(sent, dict) or not sent.get("name"):
            raise missing("Template name is missing.")
        language = sent.get("language")
        code = language.get("code") if isinstance(language, dict) else None
        if not code:
            raise missing("Template language is missing: template.language.code")
        template = self._sendable(str(sent["name"]), str(code))
        given = sent.get("components") or []
        if not isinstance(given, list):
            raise parameter("template['components'] must be an array.")
        for component in template["components"]:
            if component["type"] in {"BODY", "HEADER"}:
                _check_parameters(template, component, given)
        template_buttons.check(template, given)
        return template

    def _sendable(self, name: str, code: str) -> dict[str, Any]:
        found = next((t for t in self._all if t["name"] == name and t["language"] == code), None)
        if found is None or found["status"] not in {"APPROVED", "PAUSED", "DISABLED"}:
            details = f"template name ({name}) does not exist in {code}"
            raise Refusal(404, 132001, "(#132001) Template name does not exist in the translation", details)
        if found["status"] == "PAUSED":
            raise Refusal(400, 132015, "(#132015) Template is paused", "Template is paused due to low quality.")
        if found["status"] == "DISABLED":
            raise Refusal(400, 132016, "(#132016) Template is disabled", "Template was paused too often.")
        return found

    def _summary(self, total: int) -> dict[str, Any]:
        return {
            "total_count": total,
            "message_template_count": len(self._all),
            "message_template_limit": 250,
            "are_translations_complete": True,
        }


def rendered(template: dict[str, Any], sent: dict[str, Any]) -> str:
    """The body text as the customer reads it."""
    body = next((c for c in template["components"] if c["type"] == "BODY"), {"text": ""})
    values = {}
    for position, given in enumerate(_parameters(sent.get("components") or [], "body"), 1):
        shown = given.get("text") or given.get(str(given.get("type")), {}).get("fallback_value", "")
        values[str(given.get("parameter_name") or position)] = str(shown)
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), body["text"])


def buttons(template: dict[str, Any]) -> list[str]:
    """The labels of its quick replies, which the customer can tap."""
    found = [button for part in template["components"] for button in part.get("buttons", [])]
    return [button["text"] for button in found if button["type"] == "QUICK_REPLY"]


def _check_parameters(template: dict[str, Any], component: dict[str, Any], given: list[Any]) -> None:
    kind = component["type"].lower()
    parameters = _parameters(given, kind)
    wanted = list(dict.fromkeys(VARIABLE.findall(component.get("text", ""))))
    if component.get("format", "TEXT") not in {"TEXT", None}:
        wanted = [component["format"].lower()]
    if len(parameters) != len(wanted):
        details = f"{kind}: number of localizable_params ({len(parameters)}) does not match the expected number of "
        raise Refusal(
            400, 132000, "(#132000) Number of parameters does not match the expected number of params",
            f"{details}params ({len(wanted)})",
        )  # fmt: skip
    for position, value in enumerate(parameters):
        _check_value(template, wanted[position], value, wanted)


def _check_value(template: dict[str, Any], name: str, value: dict[str, Any], wanted: list[str]) -> None:
    if value.get("type") != "text":
        return
    text = value.get("text")
    if not isinstance(text, str) or not text:
        raise missing(f"Parameter of type text is missing text value ({name})")
    if re.search(r"[\n\t]| {5,}", text):
        details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise Refusal(400, 132018, "(#132018) There was an issue with the parameters in your template", details)
    if template["parameter_format"] == "NAMED" and value.get("parameter_name") not in wanted:
        raise parameter(f"Parameter name is missing or unknown: expected one of {', '.join(wanted)}")


def _parameters(given: list[Any], kind: str) -> list[dict[str, Any]]:
    for component in given:
        if isinstance(component, dict) and str(component.get("type", "")).lower() == kind:
            found = component.get("parameters") or []
            return [value for value in found if isinstance(value, dict)]
    return []


def _matches(template: dict[str, Any], query: dict[str, str]) -> bool:
    for field in ("status", "category", "language"):
        if field in query and template[field] not in query[field].split(","):
            return False
    return query.get("name", "") in template["name"]


def _bounds(query: dict[str, str], total: int) -> tuple[int, int]:
    try:
        limit = max(1, min(int(query.get("limit", "25")), LARGEST_PAGE))
        if "before" in query:
            end = _position(query["before"])
            return max(0, end - limit), end
        begin = _position(query["after"]) if "after" in query else 0
    except ValueError as error:
        raise parameter("Invalid cursor or limit") from error
    return min(begin, total), min(begin + limit, total)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"T{position}".encode()).decode()


def _position(cursor: str) -> int:
    return int(base64.urlsafe_b64decode(cursor.encode()).decode(errors="replace").removeprefix("T"))


def _only(template: dict[str, Any], fields: str | None) -> dict[str, Any]:
    wanted = {name.strip() for name in fields.split(",")} if fields else set(FIELDS)
    return {key: value for key, value in template.items() if key in wanted or key == "id"}
