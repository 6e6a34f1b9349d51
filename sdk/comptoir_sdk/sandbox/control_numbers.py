"""The control API's numbers: making them, changing what Meta thinks of them, telling it by webhook."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from quart import Blueprint, Response

from comptoir_sdk.sandbox import updates
from comptoir_sdk.sandbox.box import Box
from comptoir_sdk.sandbox.caller import numbers
from comptoir_sdk.sandbox.control import explain, refuse, shown
from comptoir_sdk.sandbox.graph import answer, json_body
from comptoir_sdk.sandbox.number import Facts
from comptoir_sdk.sandbox.numbers import NumberRefused
from comptoir_sdk.sandbox.refusals import Refusal

control_numbers = Blueprint("control_numbers", __name__, url_prefix="/sandbox/api/numbers")
control_numbers.register_error_handler(ValidationError, explain)
CHANGEABLE = {"business_name", "token", "app_name", "app_secret", "verify_token", "webhook_url"}


class NoSuchNumber(LookupError):
    """There is no number with this id."""


@control_numbers.errorhandler(NumberRefused)
@control_numbers.errorhandler(Refusal)
async def explain_refusal(error: Exception) -> Response:
    return refuse(str(error))


@control_numbers.errorhandler(NoSuchNumber)
async def explain_absence(error: Exception) -> Response:
    return refuse(str(error), 404)


def the_number(phone_number_id: str) -> Box:
    found = numbers().get(phone_number_id)
    if found is None:
        raise NoSuchNumber(f"there is no number {phone_number_id!r}; GET /sandbox/api/numbers lists them")
    return found


@control_numbers.get("")
async def listed() -> Response:
    return answer({"items": [shown(one) for one in numbers()]})


@control_numbers.post("")
async def make() -> Response:
    """Everything may be left out: `{phone_number_id, waba_id, business_name, display_phone_number, token, app_id,
    app_name, app_secret, verify_token, webhook_url, facts, subscribed}`. The answer carries the keys.

    Without anything of an app the number joins the first number's app. `webhook_url` may be a bare path, which lies
    where the first number's webhook is.
    """
    body = await json_body()
    if not isinstance(body, dict):
        return refuse("give an object; {} makes up everything")
    facts = Facts.model_validate(body.pop("facts", None) or {})
    subscribed = body.pop("subscribed", True)
    made = numbers().make(body)
    _take(made, facts)
    if not subscribed:
        made.callbacks.unsubscribe()
    made.snapshot.touch()
    return Response(json.dumps(with_keys(made)), 201, content_type="application/json")


@control_numbers.get("/<phone_number_id>")
async def number(phone_number_id: str) -> Response:
    """The number with its keys: what one would copy out of Meta's pages to connect it."""
    return answer(with_keys(the_number(phone_number_id)))


class Change(BaseModel):
    """`facts` is merged; a silent change is not told by webhook."""

    model_config = ConfigDict(extra="forbid")
    facts: dict[str, Any] = Field(default_factory=dict)
    subscribed: bool | None = None
    silent: bool = False
    business_name: str | None = None
    token: str | None = None
    app_name: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None
    webhook_url: str | None = None


@control_numbers.patch("/<phone_number_id>")
async def change(phone_number_id: str) -> Response:
    """New keys, another address, other facts: Meta tells by webhook what it would tell."""
    changed, wanted = the_number(phone_number_id), Change.model_validate(await json_body())
    before, after = changed.facts.model_copy(), Facts.model_validate(changed.facts.model_dump() | wanted.facts)
    if wanted.webhook_url is not None:
        numbers().admit(wanted.webhook_url)
    for name, value in wanted.model_dump(include=CHANGEABLE, exclude_none=True).items():
        setattr(changed.number, name, value)
    _take(changed, after)
    if wanted.subscribed is not None:
        (changed.callbacks.subscribe if wanted.subscribed else changed.callbacks.unsubscribe)()
    for field, value in () if wanted.silent else updates.of_change(changed.number, before, after):
        changed.webhooks.emit(f"update:{field}", "", value, field)
    numbers().keep(changed)
    changed.snapshot.touch()
    return answer(with_keys(changed))


@control_numbers.delete("/<phone_number_id>")
async def remove(phone_number_id: str) -> Response:
    await numbers().remove(the_number(phone_number_id))
    return answer({"success": True})


@control_numbers.post("/<phone_number_id>/updates")
async def tell(phone_number_id: str) -> Response:
    """One webhook about the number or its account: `{"field": F, "value": {…}}`; what `value` leaves out is usual."""
    told, body = the_number(phone_number_id), await json_body()
    field = body.get("field")
    if field not in updates.FIELDS:
        return refuse(f"no field {field!r}; known: {', '.join(updates.FIELDS)}")
    value = updates.usual(field, told.number, told.facts) | (body.get("value") or {})
    told.webhooks.emit(f"update:{field}", "", value, field)
    return answer({"field": field, "value": value})


def with_keys(of: Box) -> dict[str, Any]:
    keys = of.number.model_dump(include={"token", "app_secret", "verify_token"})
    return shown(of) | keys | {"graph_url": of.settings.base_url}


def _take(of: Box, facts: Facts) -> None:
    for name, value in facts.model_dump().items():
        setattr(of.facts, name, value)
