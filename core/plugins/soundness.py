"""Uses once, at start, everything of a plugin that the house would trip over later: its plugin alone is taken out."""

import traceback
from pathlib import Path

from comptoir_sdk import HTML, Route
from pydantic import TypeAdapter
from werkzeug.routing import Map, Rule

from core.jobs.cron import Cron
from core.plugins.fields import fields_of
from core.plugins.gate import parse_settings
from core.plugins.loader import Plugins
from core.plugins.states import Installed, Refused
from core.plugins.texts import LOCALES, folder, words_in


def refuse_unsound(plugins: Plugins) -> None:
    """Never raises for a plugin's sake."""
    for one in plugins.loaded():
        try:
            _check(one)
        except Refused as refused:
            plugins.refuse(one.name, refused.state, refused.why)
        except Exception:
            plugins.refuse(one.name, "broken", f"what it registers cannot be used\n{traceback.format_exc()}")


def _check(one: Installed) -> None:
    for route in one.declared.routes:
        _check_route(route)
    for job in one.declared.jobs:
        if job.cron:
            Cron(f"{one.name}.{job.name}", job.cron, _nothing)
    for kind in ("static", "templates", "locales"):
        place = folder(one, kind)
        if place is not None and not place.is_dir():
            raise Refused("broken", f"its ui.Assets names the {kind} folder {place}, which is not there")
    _check_words(folder(one, "locales"))
    if one.plugin and one.plugin.Settings is not None:
        _check_settings(one.plugin.Settings)


def _check_settings(model: type) -> None:
    """Made once without any values. Those that need some say so with a ValueError, which is theirs to say."""
    TypeAdapter(model)
    fields_of(model)
    try:
        parse_settings(model, {})
    except ValueError:
        return


def _check_route(route: Route) -> None:
    try:
        if ".." in route.rule.split("/"):
            raise ValueError("it leads out of the plugin's own address")
        Map([Rule(route.rule, endpoint="x")]).bind("")
    except (ValueError, LookupError) as error:
        raise Refused("broken", f"the rule of its route {route.rule!r} cannot be served: {error}") from None
    for shape in (route.query, route.body, *route.responses.values()):
        if shape is not None and shape != HTML and not isinstance(shape, str):
            TypeAdapter(shape).json_schema()


def _check_words(locales: Path | None) -> None:
    for locale in LOCALES:
        words_in(locales, locale)


async def _nothing(*_: object) -> None:
    """Never fired."""
