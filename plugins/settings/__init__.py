from plugins.settings.plugin import plugin

__all__ = ["plugin"]
