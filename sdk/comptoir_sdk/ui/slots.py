"""Where a panel may stand. Version 1; a slot is never removed within a version."""

PANEL_SLOTS = frozenset({
    "conversation.header", "conversation.detail", "conversation.banner", "composer.above", "message.body",
    "message.menu", "contact.detail", "list.row.badge", "dashboard", "rail",
})
PER_MESSAGE = frozenset({"message.body", "message.menu"})
WHEN = frozenset({"contact.has", "conversation.status", "message.direction", "message.type"})
"""The tests that a panel's `when` may name; `message.…` only where a message is shown."""
NAVS = frozenset({"main", "settings"})
COMPOSER_WINDOWS = frozenset({"any", "open", "closed"})
