"""Messages of one object: text, place, reaction, pin."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from core.whatsapp.outbound.values import Id, Latitude, Longitude, Sent, Shown, Storable, example

TEXT_LIMIT: Final = 4096
EMOJI_LIMIT: Final = 16
"""One emoji: the longest, couples with skin tones among them, have ten code points."""
PLACE_LIMIT: Final = 1000
PINS_DAYS: Final = 30


class Text(Sent):
    """`preview_url`: the first link is shown with a picture of where it leads."""

    model_config = example(body="Votre colis part demain.", preview_url=True)

    body: Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT), Shown]
    preview_url: bool = True


class Location(Sent):
    """A place on the map."""

    model_config = example(latitude=33.5731, longitude=-7.5898, name="Atlas Voyages", address="12, rue Tahar Sebti")

    latitude: Latitude
    longitude: Longitude
    name: Annotated[str, Field(min_length=1, max_length=PLACE_LIMIT), Shown] | None = None
    address: Annotated[str, Field(min_length=1, max_length=PLACE_LIMIT), Shown] | None = None


class Reaction(Sent):
    """To a message of the last 30 days; an empty emoji takes the reaction back."""

    model_config = example(message_id="wamid.HBgLMjEyNjYxMDAwMDAwFQIAEhgg", emoji="👍")

    message_id: Id
    emoji: Annotated[str, Field(max_length=EMOJI_LIMIT), Storable]


class Pin(Sent):
    """A message at the top of a group, for 1 to 30 days."""

    model_config = example(type="pin", message_id="wamid.HBgLMjEyNjYxMDAwMDAwFQIAEhgg", expiration_days=7)

    type: Literal["pin", "unpin"]
    message_id: Id
    expiration_days: Annotated[int, Field(ge=1, le=PINS_DAYS)] | None = None

    @model_validator(mode="after")
    def _pinned_for(self) -> Self:
        if self.type == "pin" and self.expiration_days is None:
            raise ValueError("needs expiration_days to pin a message: say for how many days, 1 to 30")
        return self
