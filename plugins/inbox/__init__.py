from plugins.inbox.plugin import plugin

__all__ = ["plugin"]
