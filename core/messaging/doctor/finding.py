"""One thing the doctor found, in no language yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Check = Literal[
    "token", "number", "waba", "subscribed", "fields", "override", "app_secret", "clock", "round_trip"
]
State = Literal["ok", "warning", "failed", "unknown"]
"""`unknown`: it could not be found out, which is not well."""
Act = Literal["subscribe"]
"""What one click of ours can do about it: PUT /accounts/<id>/subscription."""

CHECKS: Final[tuple[Check, ...]] = get_args(Check)


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` names title, detail and cure in locale/*.json; `values` fill them. Never a secret among them."""

    check: Check
    state: State
    words: str
    values: Mapping[str, str] = field(default_factory=dict)
    act: Act | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"check": self.check, "state": self.state, "words": self.words, "values": dict(self.values),
                "act": self.act}  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Finding":
        """From what was kept."""
        return cls(kept["check"], kept["state"], kept["words"], kept["values"], kept["act"])
