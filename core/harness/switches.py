"""What stands in for config.yaml and for Valkey: who has which plugin, and what plugins tell their channels."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass
class Switches:
    """Who has which plugin, by tenant slug."""

    on: dict[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def map(self) -> "Switches":
        return self

    def refresh(self) -> bool:
        return False

    def enabled(self, slug: str, plugin: str) -> bool:
        return plugin in self.on.get(slug, {})

    def settings(self, slug: str, plugin: str) -> Mapping[str, Any]:
        return self.on.get(slug, {}).get(plugin, {})

    def switch_on(self, slug: str, *plugins: str) -> None:
        self.on[slug] = {plugin: {} for plugin in plugins}


@dataclass
class Broadcasts:
    """Remembered, and said to the open sockets as Valkey would carry it."""

    told: list[tuple[UUID, str, Mapping[str, Any]]] = field(default_factory=list)
    say: Callable[[UUID, str, object, UUID | None], None] = lambda tenant_id, topic, data, member: None

    async def publish(
        self, tenant_id: UUID, topic: str, data: Mapping[str, Any], member: UUID | None = None
    ) -> None:
        self.told.append((tenant_id, topic, data))
        self.say(tenant_id, topic, json.loads(json.dumps(dict(data), ensure_ascii=False, default=str)), member)
