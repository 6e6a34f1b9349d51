"""Finding and registering plugins. Each step is wrapped: one bad package must not stop the start."""

import contextlib
import logging
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import comptoir_sdk
import pluggy
from comptoir_sdk import Plugin, deprecation, hookspecs
from comptoir_sdk.deprecation import Deprecation
from comptoir_sdk.offers import Offer
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from core.plugins.declared import declared_by
from core.plugins.models import check_models
from core.plugins.offering import offers_of
from core.plugins.states import Installed, Refused, State

GROUP = "comptoir.plugins"
LOAD_SECONDS = 60.0
"""How long a package may take to be imported, and to be registered."""
_log = logging.getLogger(__name__)


class Plugins:
    """The plugins of this process, in the order of their requirements. The same set in every process."""

    def __init__(self, installed: Iterable[Installed], manager: pluggy.PluginManager) -> None:
        self._installed = {found.name: found for found in installed}
        self.manager = manager
        self.changes = 0
        """How often the set of those that work has changed."""
        self.offers: dict[str, tuple[str, Offer]] = {}
        """Hooks that plugins offer to others: whose each is, and how it is called."""

    def __iter__(self) -> Iterator[Installed]:
        return iter(self._installed.values())

    def loaded(self) -> list[Installed]:
        return [found for found in self if found.state == "loaded"]

    def only(self, names: Collection[str]) -> "Plugins":
        """A part of them, for a process that works for these."""
        part = Plugins([one for one in self if one.name in names], self.manager)
        part.offers = self.offers
        return part

    def find(self, name: str) -> Installed | None:
        """The plugin if it loaded."""
        found = self._installed.get(name)
        return found if found and found.state == "loaded" else None

    def refuse(self, name: str, state: State, why: str) -> None:
        """Take a plugin out, with those that need it: found wrong after it loaded (its migration, its tables)."""
        found = self._installed[name]
        found.state, found.why = state, why
        self.changes += 1
        _log.error("plugin %s is %s: %s", name, state, why)
        if self.manager.has_plugin(name):
            self.manager.unregister(name=name)
        for other in self.loaded():
            if other.plugin and name in required_by(other.plugin):
                self.refuse(other.name, "missing", f"it needs {name}, which is {state}")


def required_by(plugin: Plugin) -> list[str]:
    """The names in `requires`, without versions."""
    return [Requirement(text).name.replace("-", "_") for text in plugin.requires]


def load(installed: Collection[str], found: Iterable[EntryPoint] | None = None) -> Plugins:
    """Import and register what config.yaml installs. Never raises for a plugin's sake."""
    offered: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=GROUP) if found is None else found:
        offered.setdefault(point.name, {})[point.value] = point
    imported = [_import(name, list(offered.get(name, {}).values())) for name in sorted(installed)]
    manager = pluggy.PluginManager("comptoir")
    manager.add_hookspecs(hookspecs)
    plugins = Plugins(_in_order(imported), manager)
    for one in plugins:
        if one.state == "loaded":
            _register(plugins, one)
        else:
            _log.error("plugin %s is %s: %s", one.name, one.state, one.why)
    return plugins


def _import(name: str, points: Sequence[EntryPoint]) -> Installed:
    with deprecation.hearing() as heard:
        one = _imported(name, points)
    _tell_deprecations(one, heard)
    return one


def _tell_deprecations(one: Installed, heard: Iterable[Deprecation]) -> None:
    """Once for each plugin and thing: in the log, and on the operator's page for as long as it is so."""
    for told in heard:
        if told.what not in {known.what for known in one.deprecations}:
            one.deprecations.append(told)
            _log.warning("plugin %s uses what goes: %s (%s)", one.name, told, told.place)


def _imported(name: str, points: Sequence[EntryPoint]) -> Installed:
    try:
        point = _only(points)
        with _in_time():
            plugin = point.load()
        _check_manifest(name, plugin)
    except Refused as refused:
        return Installed(name, refused.state, refused.why)
    except BaseException as error:
        _raise_interrupt(error)
        return Installed(name, "broken", f"it could not be imported\n{traceback.format_exc()}")
    return Installed(name, "loaded", plugin=plugin, package=_package(point.module))


def _only(points: Sequence[EntryPoint]) -> EntryPoint:
    if not points:
        raise Refused("missing", f"no installed package offers it in the entry-point group {GROUP}: install the "
                                 "package, or take it out of config.yaml")
    if len(points) > 1:
        told = " and ".join(sorted(f"{point.dist.name if point.dist else '?'} ({point.value})" for point in points))
        raise Refused("broken", f"several installed packages offer it: {told}; uninstall all but one")
    return points[0]


def _package(module: str) -> str:
    """`acme_pins` of `acme_pins`, and of `acme_pins.plugin`."""
    is_package = hasattr(sys.modules.get(module), "__path__")
    return module if is_package else module.rpartition(".")[0] or module


def _raise_interrupt(error: BaseException) -> None:
    """Whatever a package raises is its own affair, except the word of whoever sits at the terminal."""
    if isinstance(error, KeyboardInterrupt):
        raise error


def _check_manifest(name: str, plugin: Any) -> None:
    if not isinstance(plugin, Plugin):
        raise Refused("broken", f"its entry point gives {type(plugin).__name__}, not a comptoir_sdk.Plugin instance")
    if plugin.name != name:
        raise Refused("broken", f"it calls itself {plugin.name!r}, its entry point {name!r}: make them the same")
    try:
        accepted = SpecifierSet(plugin.sdk).contains(comptoir_sdk.__version__, prereleases=True)
    except InvalidSpecifier:
        raise Refused("broken", f"sdk = {plugin.sdk!r} is no version specifier; write it like '>=0.1,<1'") from None
    if not accepted:
        raise Refused("incompatible", f"it works with comptoir-sdk {plugin.sdk}; this is {comptoir_sdk.__version__}")
    for text in plugin.requires:
        try:
            Requirement(text)
        except InvalidRequirement:
            raise Refused("broken", f"requires has {text!r}; write it like 'contacts>=1.0'") from None
    try:
        Version(plugin.version)
    except InvalidVersion:
        raise Refused("broken", f"version = {plugin.version!r} is no version; write it like '1.0'") from None
    if plugin.models and not plugin.migrations:
        raise Refused("broken", "it has models and names no migrations module")
    if plugin.migrations and not plugin.models:
        raise Refused("broken", "it names migrations and has no models: tables are made from them")


def _in_order(imported: list[Installed]) -> list[Installed]:
    """Required plugins first. What is missing, too old or goes in a circle is marked."""
    by_name = {one.name: one for one in imported}
    ordered: dict[str, Installed] = {}
    waiting = list(imported)
    while waiting:
        ready = [one for one in waiting if all(need in ordered or need not in by_name for need in _needs(one))]
        for one in ready or waiting:
            _check_requirements(one, ordered, circular=not ready)
            ordered[one.name] = one
        waiting = [one for one in waiting if one.name not in ordered]
    return list(ordered.values())


def _needs(one: Installed) -> list[str]:
    return required_by(one.plugin) if one.plugin else []


def _check_requirements(one: Installed, ordered: dict[str, Installed], *, circular: bool) -> None:
    if one.plugin is None:
        return
    for text in one.plugin.requires:
        requirement = Requirement(text)
        needed = ordered.get(requirement.name.replace("-", "_"))
        if circular:
            one.state, one.why = "broken", f"it requires {text}, which requires it in turn"
        elif needed is None or needed.state != "loaded" or needed.plugin is None:
            one.state, one.why = "missing", f"it needs {text}: add that to config.yaml's plugins, or mend it"
        elif not requirement.specifier.contains(needed.plugin.version, prereleases=True):
            one.state, one.why = "missing", f"it needs {text}, and {needed.name} is {needed.plugin.version}"


def _register(plugins: Plugins, one: Installed) -> None:
    # One whose requirement was refused a moment ago is no longer loaded, although the loop began with it so.
    if one.plugin is None:
        return
    try:
        with _in_time(), deprecation.hearing() as heard:
            _take(plugins, one, one.plugin)
        _tell_deprecations(one, heard)
    except Refused as refused:
        plugins.refuse(one.name, refused.state, refused.why)
    except BaseException as error:
        _raise_interrupt(error)
        plugins.refuse(one.name, "broken", f"it could not be registered\n{traceback.format_exc()}")


def _take(plugins: Plugins, one: Installed, plugin: Plugin) -> None:
    check_models(plugin)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        plugins.manager.register(plugin, name=one.name)
    for warning in told:  # of a hook that is going to go (`hookspec(warn_on_impl=…)`)
        _log.warning("plugin %s: %s", one.name, warning.message)
    _offer_hookspecs(plugins, one.name, plugin)
    plugins.manager.check_pending()
    _check_offers_heard(plugins, one.name, plugin)
    one.declared = declared_by(plugin)


class TooSlow(BaseException):
    """No Exception: a package's own `except` must not catch it."""


@contextlib.contextmanager
def _in_time() -> Iterator[None]:
    """One package that hangs must not hold up the start of everything. Only a main thread can be interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def alarm(*_: object) -> None:
        raise TooSlow(f"it was not ready within {LOAD_SECONDS:g} s")

    before, (rest, _) = signal.signal(signal.SIGALRM, alarm), signal.setitimer(signal.ITIMER_REAL, LOAD_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, rest)
        signal.signal(signal.SIGALRM, before)


def _offer_hookspecs(plugins: Plugins, name: str, plugin: Plugin) -> None:
    module, offers = offers_of(plugin, lambda hook: _is_known(plugins.manager, hook))
    if module is not None:
        plugins.manager.add_hookspecs(module)
        plugins.offers |= {hook: (name, offer) for hook, offer in offers.items()}


def _is_known(manager: pluggy.PluginManager, hook: str) -> bool:
    caller = getattr(manager.hook, hook, None)
    return caller is not None and caller.has_spec()


def _check_offers_heard(plugins: Plugins, name: str, plugin: Plugin) -> None:
    """One that is not required may be absent, or be loaded later, and then the hook would be unknown."""
    for caller in plugins.manager.get_hookcallers(plugin) or ():
        owner, _ = plugins.offers.get(caller.name, (name, None))
        if owner not in (name, *required_by(plugin)):
            raise Refused("broken", f"it implements {caller.name}, which {owner} offers: name {owner} in `requires`")
