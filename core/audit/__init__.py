"""What was done, by whom: written in the same transaction as the deed, hash-chained per tenant, never changed."""

from core.audit.actor import Actor, acting, current_actor
from core.audit.record import INSTALLATION, Changes, record, record_for

__all__ = ["INSTALLATION", "Actor", "Changes", "acting", "current_actor", "record", "record_for"]
