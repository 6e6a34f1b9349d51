"""What Meta keeps of a number beside its messages, and what of it outlives a restart."""

from dataclasses import dataclass
from typing import Any

from comptoir_sdk.sandbox.callbacks import Callbacks
from comptoir_sdk.sandbox.number import Facts
from comptoir_sdk.sandbox.profile import Profile
from comptoir_sdk.sandbox.qr_links import QrLinks


@dataclass(frozen=True, slots=True)
class Standing:
    """Facts, profile, and where webhooks go."""

    facts: Facts
    profile: Profile
    callbacks: Callbacks
    qr_links: QrLinks

    def dump(self) -> dict[str, Any]:
        """For the snapshot."""
        callbacks = self.callbacks
        return {
            "facts": self.facts.model_dump(mode="json"),
            "profile": self.profile.model_dump(),
            "override": callbacks.kept(callbacks.override),
            "waba_override": callbacks.kept(callbacks.waba),
            "subscribed": callbacks.subscribed,
            "qr_links": self.qr_links.messages,
        }

    def load(self, kept: dict[str, Any]) -> None:
        """Take up what a previous run left; raises ValueError on what this version does not know."""
        for target, name in ((self.facts, "facts"), (self.profile, "profile")):
            for key, value in type(target).model_validate(kept[name]).model_dump().items():
                setattr(target, key, value)
        self.callbacks.override = self.callbacks.taken(kept["override"])
        self.callbacks.subscribe(self.callbacks.taken(kept["waba_override"]))
        self.qr_links.messages = kept.get("qr_links", {})
        if not kept["subscribed"]:
            self.callbacks.unsubscribe()
