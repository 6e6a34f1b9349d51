"""Acme orders, a plugin for Comptoir."""

from acme_orders.plugin import plugin

__all__ = ["plugin"]
