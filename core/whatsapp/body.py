"""The bytes of a delivery, read into JSON that PostgreSQL can keep.

`text` and `jsonb` refuse U+0000, lone surrogates, NaN and infinities, and json.dumps refuses deep nesting.
A customer can put the first two into a message; one of them must not make a whole batch unstorable.
"""

import json
import math
from codecs import BOM_UTF8
from typing import Any, Final

MAX_DEPTH: Final = 64
TOO_DEEP: Final = "(nested more than 64 levels; the journal keeps it whole)"
_LONGEST_INTEGER: Final = 40
_REPLACEMENT: Final = "\ufffd"


class Undecodable(ValueError):
    """The body is not JSON; the message says why."""


def read(raw: bytes) -> Any:
    """The body as JSON, safe to store. Raises Undecodable, and nothing else, whatever the bytes."""
    try:
        document = _DECODER.decode(raw.removeprefix(BOM_UTF8).decode("utf-8", "replace"))
    except RecursionError:
        raise Undecodable("the JSON is nested too deep to read") from None
    except ValueError as error:
        raise Undecodable(f"the body is not JSON: {error}") from None
    return _storable(document, 0) if _may_be_unstorable(raw) else document


def _may_be_unstorable(raw: bytes) -> bool:
    return (
        (b"\\u" in raw and (b"\\u0000" in raw or b"\\ud" in raw or b"\\uD" in raw))
        or b"\x00" in raw
        or raw.count(b"{") + raw.count(b"[") > MAX_DEPTH
    )


def _storable(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        if depth >= MAX_DEPTH:
            return TOO_DEEP
        return {storable_text(key): _storable(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return TOO_DEEP if depth >= MAX_DEPTH else [_storable(inner, depth + 1) for inner in value]
    return value


def storable_text(text: str) -> str:
    """The text without U+0000, each lone surrogate replaced by U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "".join(_REPLACEMENT if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def _integer(text: str) -> int | str:
    # int() refuses 4,300 digits and more, which would cost the whole batch.
    return int(text) if len(text) <= _LONGEST_INTEGER else text


def _real(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


# strict=False: a raw control character inside a string is no reason to lose the delivery.
_DECODER: Final = json.JSONDecoder(parse_int=_integer, parse_float=_real, parse_constant=str, strict=False)
