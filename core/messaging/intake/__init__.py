"""From the journal to the ledger."""

from core.messaging.intake.loop import Intake, replay
from core.messaging.intake.parked import apply_parked

__all__ = ["Intake", "apply_parked", "replay"]
