from plugins.contacts.plugin import plugin

__all__ = ["plugin"]
