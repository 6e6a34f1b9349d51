"""Acme orders keeps what every plugin promises."""

from comptoir_sdk.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "acme_orders"
