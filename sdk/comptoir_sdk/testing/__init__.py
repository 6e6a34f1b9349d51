"""Try a plugin against the real kernel, a real PostgreSQL and a simulated Meta.

`pip install "comptoir-sdk[testing]"` gives pytest the fixture `comptoir`; there is nothing to import:

    async def test_a_note_is_kept(comptoir):
        shop = await comptoir.tenant(plugins={"inbox": {}})
        await shop.receives("salam", sender="+212600000001")    # signed, through the real webhook
        await comptoir.drain()                                  # applies it, tells observers, runs jobs, sends

and `PluginConformance` the checks of what every plugin must do.
"""

from typing import TYPE_CHECKING, Any

from comptoir_sdk.testing.kernel import (
    Agent,
    Answer,
    Asked,
    Call,
    Cluster,
    Examined,
    Graph,
    Incident,
    Kernel,
    Listener,
    Shop,
    Web,
)
from comptoir_sdk.testing.place import find_kernel

if TYPE_CHECKING:
    from comptoir_sdk.testing.conformance.suite import PluginConformance

__all__ = [
    "Agent", "Answer", "Asked", "Call", "Cluster", "Examined", "Graph", "Incident", "Kernel", "Listener",
    "PluginConformance", "Shop", "Web", "find_kernel",
]


def __getattr__(name: str) -> Any:
    """`comptoir plugin check` runs where there is no pytest."""
    if name == "PluginConformance":
        from comptoir_sdk.testing.conformance.suite import PluginConformance

        return PluginConformance
    raise AttributeError(name)
