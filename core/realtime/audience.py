"""Who may see which event. An event that nobody listed is shown to nobody: forgetting must not leak."""

from core.auth.principal import Principal

_NEEDED = {"message": "conversations.read", "conversation": "conversations.read", "account": "conversations.read",
           "contact": "contacts.read", "contacts": "contacts.read", "webhook": "settings.manage",
           "audit": "audit.read"}  # fmt: skip


def may_see(principal: Principal, event_type: str) -> bool:
    """By the noun before the dot of the event's type."""
    needed = _NEEDED.get(event_type.partition(".")[0])
    return needed is not None and principal.may(needed)
