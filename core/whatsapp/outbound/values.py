"""What every object that we send is made of: frozen, complete, and nothing that Meta does not know.

Lengths are in characters. Source of every limit: Meta, "Messages" and its pages on interactive messages and templates.
"""

from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from core.whatsapp.body import storable_text

Payload: TypeAlias = dict[str, Any]

MOST_ID: Final = 512
"""Meta names no limit for the ids of its own things; nothing of ours is longer."""


class Sent(BaseModel):
    """An object as Meta spells it. A member that Meta does not know is refused: it is most often a typing mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def as_meta(self) -> Payload:
        """The JSON that Meta takes; what was left out stays out."""
        return self.model_dump(mode="json", exclude_none=True)


def example(**values: Any) -> ConfigDict:
    """A model's example in the API's document."""
    return ConfigDict(json_schema_extra={"examples": [values]})


def storable(text: str) -> str:
    """Raises ValueError for what neither the database nor JSON can carry."""
    if storable_text(text) != text:
        raise ValueError("holds a character that is not valid Unicode text: remove it")
    return text


def shown(text: str) -> str:
    """Raises ValueError for what a customer could not see."""
    if not text.strip():
        raise ValueError("is empty: write something")
    return storable(text)


def web_address(text: str) -> str:
    """Raises ValueError unless it is an http or https address with a host."""
    try:
        parts = urlsplit(storable(text))
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known or any(character.isspace() for character in text):
        raise ValueError("is no web address: it begins with https:// and names a host")
    return text


def beyond(limit: int, words: str) -> PydanticCustomError:
    """More than Meta takes, in a way that no single field can tell."""
    return PydanticCustomError("beyond", "{words}", {"words": words, "max_length": limit})


Storable: Final = AfterValidator(storable)
Shown: Final = AfterValidator(shown)

Id = Annotated[str, Field(min_length=1, max_length=MOST_ID), Shown]
"""Of something that Meta knows: a file, a message, a product."""
Link = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(web_address)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
