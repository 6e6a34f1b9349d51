"""Everything about plugins in one process, put together: what the web and worker processes hold."""

from collections.abc import Callable, Iterator

from quart import Blueprint

from core.messaging.gate import OutboundFilter
from core.plugins import orm
from core.plugins.channels import Topics
from core.plugins.context import Contexts, Outside
from core.plugins.gate import Gate, GateSource
from core.plugins.guard import Guard
from core.plugins.hooks import Hooks
from core.plugins.http import PluginRoutes, chosen_locale
from core.plugins.loader import Plugins
from core.plugins.outbound import outbound_filter
from core.plugins.tables import refuse_unprotected
from core.plugins.ui import Manifest


class PluginHost:
    """Built by `open`. `outside` may refer to `host.filters` late: `submit` is called after opening only."""

    def __init__(self, plugins: Plugins, gate: Gate, outside: Outside) -> None:
        self.plugins, self.gate, self.guard = plugins, gate, Guard()
        self.contexts = Contexts(plugins, gate, outside)
        self.hooks = Hooks(plugins, gate, self.guard, self.contexts)
        self.manifest = Manifest(plugins, gate, self.contexts.texts)
        self.topics = Topics(plugins, gate)
        self.filters: OutboundFilter = outbound_filter(self.hooks)

    @classmethod
    async def open(cls, plugins: Plugins, source: GateSource, outside: Outside, *,
                   statement_seconds: int) -> "PluginHost":
        """Check the tables, open the models, read the gate. `plugins` comes from `core.plugins.loader.load`."""
        await refuse_unprotected(plugins, outside.db)
        await orm.open_models(outside.db.url, plugins, statement_seconds=statement_seconds)
        gate = Gate(plugins, source)
        await gate.refresh(outside.db)
        return cls(plugins, gate, outside)

    def permissions(self) -> list[str]:
        """What the plugins add, for `core.auth.permissions.Permissions`."""
        return [name for one in self.plugins.loaded() if one.plugin for name in one.plugin.permissions]

    def blueprints(self, locale: Callable[[], str] = chosen_locale) -> Iterator[Blueprint]:
        """One for each plugin with routes, to be registered on the application."""
        routes = PluginRoutes(self.contexts, self.guard, locale)
        for one in self.plugins.loaded():
            if one.declared.routes:
                yield routes.blueprint(one)

    async def close(self) -> None:
        await orm.close_models()
