"""How long texts may be, with Meta's refusal."""

from typing import Any

from comptoir_sdk.sandbox.refusals import invalid, missing


def length(name: str, told: Any, least: int, most: int) -> None:
    """Raises 131009 unless it is a text of so many characters."""
    if not isinstance(told, str) or not least <= len(told) <= most:
        raise invalid(f"{name} length invalid. Min length: {least}, Max length: {most}")


def text(name: str, told: Any, most: int) -> None:
    """Raises 131008 when there is none, 131009 when it is too long."""
    if not isinstance(told, str) or not told:
        raise missing(f"{name} is missing")
    length(name, told, 1, most)
