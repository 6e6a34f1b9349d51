"""What plugins give back, held against what the hook promises before the kernel trips over it."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from comptoir_sdk import hookspecs

T = TypeVar("T")


class WrongAnswer(TypeError):
    """`place` is file:line of the plugin's function: its traceback has ended before anybody looks at what it gave."""

    def __init__(self, told: str, function: Callable[..., Any]) -> None:
        super().__init__(told)
        self.place = place_of(function)


def place_of(function: Callable[..., Any]) -> str:
    """Where a view or a hook is written."""
    code = getattr(function, "__code__", None) or getattr(getattr(function, "__func__", None), "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else ""


def checked(hook: str, function: Callable[..., Any], answer: T) -> T:
    """The answer. Raises WrongAnswer. Observers may answer anything, and a list may be left out."""
    hint = _promised(hook)
    if hint is Any or (answer is None and get_origin(hint) is list):
        return answer
    if not _is(answer, hint):
        raise WrongAnswer(f"{hook} is to return {_words(hint)}, and returned {_shape(answer)}", function)
    if isinstance(answer, dict):
        check_json(hook, function, answer)
    return answer


def check_json(call: str, function: Callable[..., Any], answer: object) -> None:
    """Raises WrongAnswer for what is no JSON. Dates, UUIDs and the like become text."""
    try:
        json.dumps(answer, default=str, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongAnswer(f"{call} returned what is no JSON: {error}", function) from error


@lru_cache
def _promised(hook: str) -> Any:
    spec = getattr(hookspecs, hook, None)  # a plugin may add hookspecs, whose answers are its own affair
    return Any if spec is None or hook.startswith("on_") else get_type_hints(spec).get("return", Any)


def _is(value: object, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(_is(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is list:
        return isinstance(value, list | tuple) and all(_is(one, inner[0]) for one in value)
    if origin is not None:
        is_mapping = isinstance(origin, type) and issubclass(origin, Mapping)
        return isinstance(value, origin) and (not is_mapping or all(isinstance(key, str) for key in value))
    if hint is None or hint is NoneType:
        return value is None
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        return False
    return all(_is(getattr(value, name), one) for name, one in _fields(hint).items())


@lru_cache
def _fields(kind: type) -> dict[str, Any]:
    if not dataclasses.is_dataclass(kind):
        return {}
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in dataclasses.fields(kind)}


def _words(hint: Any) -> str:
    if get_origin(hint) in (Union, UnionType):
        return " or ".join(_words(one) for one in get_args(hint))
    return "None" if hint is NoneType else getattr(hint, "__name__", str(hint)) if not get_args(hint) else str(
        hint).replace("comptoir_sdk.values.", "").replace("typing.", "")


def _shape(value: object) -> str:
    if isinstance(value, list | tuple) and value:
        return f"a {type(value).__name__} of {_shape(value[0])}"
    return type(value).__name__ if not dataclasses.is_dataclass(value) or isinstance(value, type) else \
        f"{type(value).__name__} with {', '.join(f'{k}={type(v).__name__}' for k, v in vars(value).items())}"
