"""What the plugin's API takes and gives."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from plugins.contacts.models import KEY_LENGTH, VALUE_LENGTH


def _printable(key: str) -> str:
    if not key.isprintable():
        raise ValueError("a name is made of printable characters")
    return key


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("contains the character U+0000, which cannot be stored: remove it")
    return value


Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=KEY_LENGTH),
                AfterValidator(_printable)]  # fmt: skip
Value = Annotated[str, StringConstraints(min_length=1, max_length=VALUE_LENGTH, pattern=r"\S"),
                  AfterValidator(_without_nul)]  # fmt: skip


class Attributes(BaseModel):
    """Those named are set, those that are null removed, others stay."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={
        "examples": [{"attributes": {"city": "Essaouira", "size": "41", "nickname": None}}]})  # fmt: skip

    attributes: dict[Key, Value | None]


class OfContact(BaseModel):
    """Whose panel: the slot beside a contact names it."""

    contact: UUID


class OfKey(BaseModel):
    """Whose values."""

    key: Key


class FieldList(BaseModel):
    """Keys that contacts have, by name; 200 at most."""

    items: list[str] = Field(examples=[["city", "size"]])
    next: None


class ValueList(BaseModel):
    """Values that contacts have under a key, each in one of its spellings; 100 at most."""

    items: list[str] = Field(examples=[["Agadir", "Essaouira"]])
    next: None


class Attribute(BaseModel):
    key: str = Field(examples=["city"])
    value: str = Field(examples=["Essaouira"])


class AttributeList(BaseModel):
    """By key; all of them, so `next` is null."""

    items: list[Attribute]
    next: None
