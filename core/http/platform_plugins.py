"""The operator's console: what became of each plugin, what it costs, what went wrong in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from core.errors import NotFound
from core.http.operation import Api
from core.http.platform import OPERATE
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import Paging
from core.platform import plugins

Door = Literal["commands", "filters", "jobs", "observers", "offered", "people", "providers", "routes"]


class Rest(Resource):
    """A door that failed too often: left alone until then; the first call after it decides."""

    door: Door
    why: str = Field(examples=["on_message_received: KeyError"])
    until: datetime


class Deprecated(Resource):
    """Something of the SDK that the plugin uses, and the first version of comptoir-sdk without it."""

    what: str = Field(examples=["ui.MessageRenderer(text=)"])
    removed_in: str = Field(examples=["0.3"])
    instead: str = Field(examples=["leave it out"])
    place: str = Field(examples=["/app/acme_pins/plugin.py:31"])


class InstalledPlugin(Resource):
    """`why` says what is wrong with one that is not loaded; `tenants` counts who has it; seconds are the clock's."""

    name: str = Field(examples=["inbox"])
    version: str | None
    state: Literal["loaded", "incompatible", "missing", "broken", "resting"]
    why: str
    sdk: str | None = Field(examples=[">=0.1,<1"])
    tenants: int
    isolated: bool
    deprecations: list[Deprecated]
    rests: list[Rest]
    incidents_1d: int
    last_incident_at: datetime | None
    calls_7d: int
    failures_7d: int
    seconds_7d: float
    events_set_aside: int
    jobs_failed_1d: int


class InstalledPlugins(Resource):
    items: list[InstalledPlugin]


class Organisation(Resource):
    id: UUID
    slug: str
    name: str = Field(examples=["Atlas Voyages"])


class Call(Resource):
    """A hook, job or route of the last seven days."""

    call: str = Field(examples=["on_message_received"])
    calls: int
    failures: int
    seconds: float
    longest: float


class PluginDetail(InstalledPlugin):
    """`traceback` of one that could not start. The first two hundred organisations, by slug."""

    traceback: str
    organisations: list[Organisation]
    calls: list[Call]


class Incident(Resource):
    """Counted as long as it is the same: the kind, the call and the place. `browser`: told by somebody's screen."""

    id: UUID
    kind: Literal["raised", "late", "blocked", "leaked", "memory", "load", "migration", "browser"]
    call: str = Field(examples=["job prune"])
    place: str = Field(examples=["/app/acme_pins/jobs.py:31"])
    told: str = Field(examples=["KeyError: 'order'"])
    traceback: str
    process: str = Field(examples=["worker"])
    count: int
    first_at: datetime
    last_at: datetime


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/platform/plugins", OPERATE, "The installed plugins", responses={200: InstalledPlugins},
               tags=["platform"])  # fmt: skip
    async def list_platform_plugins() -> dict[str, Any]:
        """What config.yaml installs, also what could not be loaded or rests; with what each one costs."""
        told = await plugins.figures(services().db)
        return {"items": [_shown(one, told) for one in services().installed()]}

    @api.route("GET", "/platform/plugins/<name>", OPERATE, "One plugin", responses={200: PluginDetail},
               tags=["platform"])  # fmt: skip
    async def get_platform_plugin(name: str) -> dict[str, Any]:
        """With where its time went, and who has it."""
        one, db = _installed(name), services().db
        return {
            **_shown(one, await plugins.figures(db)), "traceback": one["traceback"],
            "organisations": await plugins.tenants(db, one["tenant_ids"]), "calls": await plugins.calls(db, name),
        }  # fmt: skip

    @api.route("GET", "/platform/plugins/<name>/incidents", OPERATE, "What went wrong in a plugin", query=Paging,
               responses={200: Listing[Incident]}, tags=["platform"])  # fmt: skip
    async def list_plugin_incidents(name: str, query: Paging) -> dict[str, Any]:
        """Of the last two weeks, the latest first, with tracebacks."""
        _installed(name)
        found = await plugins.incidents(services().db, name, limit=query.limit, cursor=query.cursor)
        return found.as_json()

    @api.route("POST", "/platform/plugins/<name>/wake", OPERATE, "End a plugin's rest", responses={204: None},
               tags=["platform"])  # fmt: skip
    async def wake_platform_plugin(name: str) -> None:
        """Once it was mended: every process calls it again within seconds."""
        _installed(name)
        await plugins.wake(services().db, name)


def _installed(name: str) -> Mapping[str, Any]:
    found = next((one for one in services().installed() if one["name"] == name), None)
    if found is None:
        raise NotFound("No plugin of that name is in config.yaml.")
    return found


def _shown(one: Mapping[str, Any], told: plugins.Figures) -> dict[str, Any]:
    figures = told.of(one["name"])
    rests = bool(figures["rests"]) and one["state"] == "loaded"
    shown = {name: value for name, value in one.items() if name not in ("traceback", "tenant_ids")}
    return {**shown, **figures, "state": "resting" if rests else one["state"]}
