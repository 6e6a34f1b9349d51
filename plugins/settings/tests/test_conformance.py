"""Settings keeps the promises asked of anyone's plugin."""

from comptoir_sdk.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "settings"
