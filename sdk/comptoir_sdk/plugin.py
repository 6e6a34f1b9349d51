"""The plugin class is the manifest: what it is called, what it needs, what it owns."""

from collections.abc import Mapping
from types import ModuleType
from typing import ClassVar

from comptoir_sdk import ui
from comptoir_sdk.channels import Channel
from comptoir_sdk.commands import Command
from comptoir_sdk.jobs import Job
from comptoir_sdk.routes import Route
from comptoir_sdk.translation import Text


class Plugin:
    """Subclass, set the attributes, implement hooks with `@hookimpl`, and publish one instance:

    `[project.entry-points."comptoir.plugins"] acme_pins = "acme_pins:plugin"`.
    """

    name: ClassVar[str]
    """a-z, 0-9 and _; also the label of its tables' Tortoise app and the prefix of everything it declares."""
    version: ClassVar[str] = "0.0.0"
    sdk: ClassVar[str] = ""
    """The versions of comptoir-sdk it works with, as in `>=0.1,<1`. Never the version of the application."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Plugins it needs, as in `contacts>=1.0`; loaded and migrated before it."""
    models: ClassVar[tuple[str, ...]] = ()
    """Modules with its tables."""
    migrations: ClassVar[str | None] = None
    """The module with its migrations; needed with `models`."""
    permissions: ClassVar[Mapping[str, Text | str]] = {}
    """What it adds to roles: `{"acme_pins.write": _("Add and remove pins")}`."""
    contact_fields: ClassVar[str] = ""
    """A table of its own, `key` and `value` of a `contact_id` each, by which conversations may be filtered
    (`comptoir_sdk.migrations.FilterableFields`)."""
    conversation_timers: ClassVar[str] = ""
    """A table of its own, each row a timer of a `conversation_id` with `kind`, `due_at`, `paused_at` and `stopped_at`,
    by which conversations may be filtered (`comptoir_sdk.migrations.FilterableTimers`)."""
    searchable: ClassVar[Mapping[str, str]] = {}
    """A column of each of its tables whose words are found by index: `{"acme_pins_pin": "text"}`
    (`comptoir_sdk.migrations.SearchableText`)."""
    Settings: ClassVar[type | None] = None
    """A frozen dataclass or a pydantic model, with defaults: the form, the check of config.yaml, `ctx.settings`."""
    isolate: ClassVar[bool] = False
    """Wants a worker process of its own."""


RegisteredRoutes = list[Route]
RegisteredPanels = list[ui.Element]
RegisteredJobs = list[Job]
RegisteredChannels = list[Channel]
RegisteredCommands = list[Command]
RegisteredHookspecs = ModuleType | None
