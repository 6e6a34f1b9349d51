"""Acme callbacks, a plugin for Comptoir."""

from acme_callbacks.plugin import plugin

__all__ = ["plugin"]
