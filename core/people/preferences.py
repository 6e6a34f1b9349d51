"""How a person likes their screens. Kept with the person, so it holds on every device and in each organisation."""

from collections.abc import Mapping
from typing import Any, Final, Literal

Density = Literal["comfortable", "compact"]
Theme = Literal["auto", "light", "dark"]
Digits = Literal["latn", "arab"]
Sending = Literal["enter", "ctrl_enter"]

DEFAULTS: Final[Mapping[str, Any]] = {"density": "comfortable", "theme": "auto", "digits": "latn", "keys": True,
                                      "sending": "enter"}


def complete(said: Mapping[str, Any] | None) -> dict[str, Any]:
    """Every preference: what the person said, and for the rest what holds for everybody."""
    return {name: (said or {}).get(name, usual) for name, usual in DEFAULTS.items()}
