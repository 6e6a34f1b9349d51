"""Send lanes: what the gate accepted leaves here, in order inside each conversation, fairly between numbers."""

from core.messaging.lanes.acceptances import ApplyParked
from core.messaging.lanes.delivery import Delivery
from core.messaging.lanes.dispatch import Lanes
from core.messaging.lanes.fleet import Fleet
from core.messaging.lanes.inflow import Inflow
from core.messaging.lanes.limits import LocalLimits, Turn, Want
from core.messaging.lanes.shared import ValkeyLimits

__all__ = ["ApplyParked", "Delivery", "Fleet", "Inflow", "Lanes", "LocalLimits", "Turn", "ValkeyLimits", "Want"]
