"""To whom a message goes."""

from dataclasses import dataclass

from core.whatsapp.outbound.faults import InvalidPayload
from core.whatsapp.outbound.values import Payload
from core.whatsapp.phones import is_phone


@dataclass(frozen=True, slots=True)
class Recipient:
    """A group; or a person by phone, or by BSUID where the phone is hidden. With both, the phone is used, as Meta does.

    `identity_key_hash`: Meta delivers only while the person's identity is still the one it stands for.
    """

    phone: str | None = None
    bsuid: str | None = None
    group: str | None = None
    identity_key_hash: str | None = None

    def keys(self) -> Payload:
        """The members that say so. Raises InvalidPayload."""
        if self.group:
            return {"recipient_type": "group", "to": self.group}
        person = {"recipient_type": "individual", **self._person()}
        if self.identity_key_hash:
            person["recipient_identity_key_hash"] = self.identity_key_hash
        return person

    def _person(self) -> Payload:
        if self.phone:
            if not is_phone(self.phone):
                raise InvalidPayload("The recipient's phone must be 5 to 15 digits with its country code.")
            # Without + Meta may put your own country code in front.
            return {"to": "+" + self.phone.lstrip("+")}
        if self.bsuid:
            return {"recipient": self.bsuid}
        raise InvalidPayload("The recipient has neither a phone number nor a user id.")
