"""What a plugin's `register_hookspecs` offers to others, checked at start."""

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from comptoir_sdk import Plugin
from comptoir_sdk.offers import Offer, offer_of

from core.plugins.states import Refused

_SPEC = "comptoir_spec"


def offers_of(plugin: Plugin, known: Callable[[str], bool]) -> tuple[ModuleType | None, dict[str, Offer]]:
    """The module and its hooks. Raises Refused for one that could not be called, or whose name is taken."""
    register = getattr(plugin, "register_hookspecs", None)
    if register is None or not hasattr(register, "comptoir_impl"):
        return None, {}
    module = register()
    if module is None:
        return None, {}
    if not isinstance(module, ModuleType):
        raise Refused("broken", f"register_hookspecs returned {module!r}, which is not a module")
    specs = {name: spec for name, spec in vars(module).items() if hasattr(spec, _SPEC)}
    if not specs:
        raise Refused("broken", f"register_hookspecs returned {module.__name__}, which has no function under @hookspec")
    return module, {name: _offer(name, spec, known) for name, spec in specs.items()}


def _offer(name: str, spec: Any, known: Callable[[str], bool]) -> Offer:
    offer = offer_of(spec)
    if known(name):
        raise Refused("broken", f"it offers the hook {name}, which there is already: give it a name of its own")
    if offer is None or not inspect.iscoroutinefunction(spec):
        raise Refused("broken", f"its hook {name} must be an async function under @hookspec and @offered(timeout=…)")
    if next(iter(inspect.signature(spec).parameters), None) != "ctx":
        raise Refused("broken", f"the first argument of its hook {name} must be ctx")
    return offer
