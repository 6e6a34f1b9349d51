"""What a request carries, read into the model that its route declares."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from quart import request

from core.errors import Invalid


def read_query(adapter: TypeAdapter[Any]) -> Any:
    """The query string. Raises Invalid, also for a parameter given twice."""
    given = request.args.to_dict(flat=False)
    if repeated := [name for name, values in given.items() if len(values) > 1]:
        raise Invalid(f"Give {repeated[0]} once.", errors=[{"loc": [repeated[0]], "msg": "given more than once"}])
    try:
        return adapter.validate_python({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """pydantic's findings, without the values: they may be secrets and have no place in a log."""
    found = [_fault(item) for item in error.errors(include_input=False)]
    first = f"{'.'.join(str(part) for part in found[0]['loc']) or 'body'}: {found[0]['msg']}"
    return Invalid(f"Correct the request and send it again. {first}", errors=found)


def _fault(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"loc": list(item["loc"]), "pointer": pointer(item["loc"]), "msg": item["msg"]}


def pointer(path: Iterable[str | int]) -> str:
    """Where in the document, as RFC 6901 writes it into a URI."""
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


async def read_body(adapter: TypeAdapter[Any], refusal: Callable[[ValidationError], Invalid] = invalid) -> Any:
    """The JSON body. Raises Invalid. Only JSON: a form can be posted by any stranger's page."""
    raw = await request.get_data(as_text=False)
    if raw and not request.is_json:
        raise Invalid("Send JSON, with Content-Type: application/json.", errors=[{"loc": [], "msg": "not JSON"}])
    try:
        return adapter.validate_json(raw or b"{}")
    except ValidationError as error:
        raise refusal(error) from None
