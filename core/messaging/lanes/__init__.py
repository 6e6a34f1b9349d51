"""Send lanes: what the gate accepted leaves here, in order inside each conversation, fairly between numbers."""

from core.messaging.lanes.delivery import ApplyParked, Delivery
from core.messaging.lanes.dispatch import Lanes
from core.messaging.lanes.limits import LocalLimits, Turn, ValkeyLimits

__all__ = ["ApplyParked", "Delivery", "Lanes", "LocalLimits", "Turn", "ValkeyLimits"]
