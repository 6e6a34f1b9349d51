"""Where a panel may stand. Version 1; a slot is never removed within a version."""

PANEL_SLOTS = frozenset({
    "conversation.header", "conversation.detail", "conversation.banner", "composer.above", "message.body",
    "message.menu", "contact.detail", "list.row.badge", "dashboard",
})
NAVS = frozenset({"main", "settings"})
COMPOSER_WINDOWS = frozenset({"any", "open", "closed"})
