"""A template message against the template as Meta last told it: every variable given, none too many, none empty."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.whatsapp.outbound import Fault

_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_MISMATCH: Final = "WhatsApp refuses it (132000)"


@dataclass(frozen=True, slots=True)
class Known:
    """One template, as Meta's list tells of it."""

    category: str
    named: bool
    components: Sequence[Mapping[str, Any]]

    def component(self, type: str) -> Mapping[str, Any]:
        return next((one for one in self.components if one.get("type") == type), {})


def faults(known: Known, content: Mapping[str, Any], *, has_phone: bool, in_group: bool = False) -> list[Fault]:
    """What Meta would refuse; empty when all fits. `content` is checked for its shape already."""
    given = content.get("components") or []
    found = [*_recipient(known, has_phone, in_group), *_body(known, given), *_header(known, given),
             *_buttons(known, given)]  # fmt: skip
    return [Fault(("template", *fault.path), fault.words) for fault in found]


def _recipient(known: Known, has_phone: bool, in_group: bool) -> Iterator[Fault]:
    if in_group:
        if known.category == "AUTHENTICATION":
            yield Fault(("name",), "is an authentication template, which WhatsApp does not send to groups: "
                        "send it to one person")  # fmt: skip
        return
    if known.category == "AUTHENTICATION" and not has_phone:
        yield Fault(("name",), "is an authentication template, which WhatsApp sends to phone numbers alone (131062): "
                    "ask the customer for their number first")  # fmt: skip


def _place(given: Sequence[Mapping[str, Any]], type: str) -> tuple[int | None, Sequence[Mapping[str, Any]]]:
    for position, component in enumerate(given):
        if component["type"] == type:
            return position, component.get("parameters") or []
    return None, []


def _body(known: Known, given: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    return _variables(known, known.component("BODY"), "body", given)


def _header(known: Known, given: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    header = known.component("HEADER")
    kind = str(header.get("format", "TEXT")).lower()
    if kind == "text":
        return _variables(known, header, "header", given)
    return _medium(kind, given)


def _medium(kind: str, given: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    position, parameters = _place(given, "header")
    if not parameters:
        yield Fault(("components",), f"has no header, and the template wants one of type {kind}: {_MISMATCH}")
    elif parameters[0]["type"] != kind:
        path = ("components", position or 0, "parameters", 0, "type")
        yield Fault(path, f"is {parameters[0]['type']}, and the template's header is {kind}: {_MISMATCH}")


def _variables(
    known: Known, component: Mapping[str, Any], type: str, given: Sequence[Mapping[str, Any]]
) -> Iterator[Fault]:
    wanted = list(dict.fromkeys(_VARIABLE.findall(str(component.get("text", "")))))
    if type == "body" and known.category == "AUTHENTICATION" and not component.get("text"):
        wanted = ["1"]  # the code, in words of WhatsApp's that it has not told
    position, parameters = _place(given, type)
    path: tuple[str | int, ...] = ("components",) if position is None else ("components", position, "parameters")
    if len(parameters) != len(wanted):
        yield Fault(path, f"gives {len(parameters)} of the {len(wanted)} variables of the template's {type}"
                    f"{' (' + ', '.join(wanted) + ')' if wanted else ''}: {_MISMATCH}")  # fmt: skip
    elif known.named:
        named = [str(parameter.get("parameter_name", "")) for parameter in parameters]
        if sorted(named) != sorted(wanted):
            yield Fault(path, f"names {', '.join(filter(None, named)) or 'nothing'} instead of {', '.join(wanted)}: "
                        f"{_MISMATCH}")  # fmt: skip


def _buttons(known: Known, given: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    offered = known.component("BUTTONS").get("buttons") or []
    sent = {int(one["index"]): position for position, one in enumerate(given) if one["type"] == "button"}
    for index, position in sent.items():
        if index >= len(offered):
            yield Fault(("components", position, "index"), f"is {index}, and the template has {len(offered)} buttons: "
                        f"{_MISMATCH}")  # fmt: skip
    for index, button in enumerate(offered):
        if button.get("type") == "OTP" and index not in sent:
            yield Fault(("components",), f"says nothing of button {index}, which hands over the code (131008): "
                        "give it as the end of an address, type url")  # fmt: skip
        if _VARIABLE.search(str(button.get("url", ""))) and index not in sent:
            yield Fault(("components",), f"says nothing of button {index}, whose address has a variable (131008): "
                        "give its end")  # fmt: skip
