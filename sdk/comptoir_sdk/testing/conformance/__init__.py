"""What every plugin promises, tried on the real kernel."""

from comptoir_sdk.testing.conformance import manifest, tables, doors, screens  # noqa: I001 - the order of the checks
from comptoir_sdk.testing.conformance.bench import Bench
from comptoir_sdk.testing.conformance.check import CHECKS, LEVELS, Check, Level
from comptoir_sdk.testing.conformance.report import Outcome, examine, grade

__all__ = ["CHECKS", "LEVELS", "Bench", "Check", "Level", "Outcome", "doors", "examine", "grade", "manifest", "screens",
           "tables"]
