"""Contact cards. Source: Meta, "Contacts messages"."""

from datetime import date
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from core.whatsapp.outbound.values import Link, Sent, Shown, example

MOST_CARDS: Final = 257
"""Meta asks for fewer than 258 in one message."""
LINE_LIMIT: Final = 1000

Line = Annotated[str, Field(min_length=1, max_length=LINE_LIMIT), Shown]


class CardName(Sent):
    """`formatted_name` and at least one other part."""

    formatted_name: Line
    first_name: Line | None = None
    last_name: Line | None = None
    middle_name: Line | None = None
    suffix: Line | None = None
    prefix: Line | None = None

    @model_validator(mode="after")
    def _two_parts(self) -> Self:
        if not any((self.first_name, self.last_name, self.middle_name, self.suffix, self.prefix)):
            raise ValueError("needs one part beside formatted_name: add first_name or last_name")
        return self


class CardPhone(Sent):
    """With `wa_id`, the card offers to write to the person on WhatsApp."""

    phone: Line
    type: Line | None = None
    wa_id: Line | None = None


class CardEmail(Sent):
    email: Line
    type: Line | None = None


class CardUrl(Sent):
    url: Link
    type: Line | None = None


class CardAddress(Sent):
    street: Line | None = None
    city: Line | None = None
    state: Line | None = None
    zip: Line | None = None
    country: Line | None = None
    country_code: Line | None = None
    type: Line | None = None


class CardOrganisation(Sent):
    company: Line | None = None
    department: Line | None = None
    title: Line | None = None


class Card(Sent):
    """One person or business."""

    model_config = example(name={"formatted_name": "Salma Idrissi", "first_name": "Salma", "last_name": "Idrissi"},
                           phones=[{"phone": "+212 661 000000", "type": "CELL", "wa_id": "212661000000"}])  # fmt: skip

    name: CardName
    phones: list[CardPhone] | None = None
    emails: list[CardEmail] | None = None
    urls: list[CardUrl] | None = None
    addresses: list[CardAddress] | None = None
    org: CardOrganisation | None = None
    birthday: date | None = None


Cards = Annotated[list[Card], Field(min_length=1, max_length=MOST_CARDS)]
