"""What a plugin registers, collected once at start and checked as a whole."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from comptoir_sdk import Channel, Command, Job, Plugin, Route, deprecation, ui

from core.auth.permissions import OPERATE, OWN
from core.plugins.states import Declared, Refused

_HOOKS: dict[str, type] = {
    "register_routes": Route, "register_panels": ui.Element, "register_jobs": Job, "register_channels": Channel,
    "register_commands": Command,
}
MOST: Final = 500
"""Pieces of one kind that a plugin may register."""
_VARIABLE: Final = re.compile(r"<(?:([^<>]*):)?\w+>")
_OF_THE_KERNEL = OWN | OPERATE
_NAMED_ROUTES = {"fragment": "fragments", "data": "data", "post": "commands", "on_test": "commands"}


def declared_by(plugin: Plugin) -> Declared:
    """Calls the plugin's register_* hooks. Raises Refused for what cannot be served, or whatever the plugin raises."""
    for hook in deprecation.HOOKS:
        if hasattr(getattr(plugin, hook, None), "comptoir_impl"):
            deprecation.tell(f"the hook {hook}", deprecation.HOOKS[hook])
    declared = Declared(*(_collect(plugin, hook, kind) for hook, kind in _HOOKS.items()))
    _refuse_duplicates("job", (job.name for job in declared.jobs))
    _refuse_duplicates("channel", (channel.name for channel in declared.channels))
    # Variables by another name are the same address: one of the two routes would never be asked.
    _refuse_duplicates("route", (f"{method} {_address(route)}"
                                 for route in declared.routes for method in route.methods))
    _refuse_duplicates("piece", ((type(piece), getattr(piece, "name", None)) for piece in declared.panels))
    _check_permissions(plugin, declared)
    _check_fields(plugin)
    for piece in declared.panels:
        _check_piece(plugin, piece, declared)
    return declared


def _address(route: Route) -> str:
    return _VARIABLE.sub(r"<\1>", f"/public{route.rule}" if route.public else route.rule)


def _collect(plugin: Plugin, hook: str, kind: type) -> tuple[Any, ...]:
    register = getattr(plugin, hook, None)
    if register is None or not hasattr(register, "comptoir_impl"):
        return ()
    found = tuple(islice(register(), MOST + 1))
    if len(found) > MOST:
        raise Refused("broken", f"{hook} returned more than {MOST}: what grows with use belongs into tables")
    for one in found:
        if not isinstance(one, kind):
            raise Refused("broken", f"{hook} returned {one!r}, which is not a {kind.__name__}")
    return found


def _refuse_duplicates(kind: str, names: Iterable[Any]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Refused("broken", f"it registers the {kind} {twice[0]} twice")


def _check_permissions(plugin: Plugin, declared: Declared) -> None:
    for permission in plugin.permissions:
        if not permission.startswith(f"{plugin.name}.") or permission in _OF_THE_KERNEL:
            raise Refused("broken", f"it declares the permission {permission}, which is not one of its own")
    pieces = [*declared.routes, *declared.channels, *declared.panels]
    for permission in {p for piece in pieces if (p := getattr(piece, "permission", None))}:
        if permission not in plugin.permissions and permission not in _OF_THE_KERNEL:
            raise Refused("broken", f"it uses the permission {permission} and does not declare it in `permissions`")


def _check_fields(plugin: Plugin) -> None:
    named = {"contact_fields": [plugin.contact_fields], "conversation_timers": [plugin.conversation_timers],
             "searchable": list(plugin.searchable)}  # fmt: skip
    for attribute, tables in named.items():
        for table in tables:
            if table and not re.fullmatch(rf"{plugin.name}_[a-z0-9_]+", table):
                raise Refused("broken", f"its {attribute} names {table!r}, which is no table of its own")


def _check_piece(plugin: Plugin, piece: ui.Element, declared: Declared) -> None:
    tag = getattr(piece, "element", None)
    prefix = plugin.name.replace("_", "-") + "-"
    if tag and not tag.startswith(prefix):
        raise Refused("broken", f"the element <{tag}> must be called <{prefix}…>, so that two plugins cannot collide")
    if isinstance(piece, ui.Settings) and piece.model is not plugin.Settings:
        raise Refused("broken", "its ui.Settings has another model than the plugin's Settings")
    for attribute, folder in _NAMED_ROUTES.items():
        name = getattr(piece, attribute, None)
        rule = f"/{folder}/{name}"
        if name and rule not in {route.rule for route in declared.routes}:
            raise Refused("broken", f"{type(piece).__name__} names {attribute}={name!r}, and there is no route {rule}")
