"""Text and ids as requests carry them."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from core.auth.password_rules import MAX_LENGTH, MIN_LENGTH
from core.auth.users import normal_email
from core.messaging.page import DEFAULT_LIMIT, MAX_LIMIT
from core.tenancy.slugs import PATTERN, check_slug
from core.tenancy.zones import check_zone


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("contains the character U+0000, which cannot be stored: remove it")
    return text


def _on_one_line(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in text):
        raise ValueError("contains a line break or a control character: remove it")
    return text


_ATOM, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*$"

Text = Annotated[str, AfterValidator(_without_nul)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_without_nul)
]
PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_on_one_line)
]
"""What a person or an organisation is called. It goes into mail and onto screens: one visible line."""
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=_EMAIL),
    AfterValidator(normal_email),
]  # fmt: skip
"""In lower case. ASCII only: addresses that merely look alike, or become alike in lower case, are two people's."""
Password = Annotated[str, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH, repr=False)]
"""A new one; core.auth.password_rules says more."""
Token = Annotated[str, Field(min_length=1, max_length=200, repr=False)]
Locale = Annotated[str, StringConstraints(pattern=r"^(ar|fr|en)$")]
Slug = Annotated[str, StringConstraints(min_length=2, max_length=63, pattern=PATTERN), AfterValidator(check_slug)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(check_zone)]
"""By its name in the IANA database."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the years that there are in every time zone") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time with its zone; ours is UTC."""


class RequestModel(BaseModel):
    """What a caller sends. A member we do not know is refused: it is most often a typing mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paging(RequestModel):
    """`limit` 1 to 100; `cursor` from `next` of the page before."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: Text | None = Field(default=None, max_length=2000)


def example(**values: Any) -> ConfigDict:
    """A model's example in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [values]})


class PasswordAgain(RequestModel):
    """Ways in are changed by whoever knows the password, not by whoever found a screen open."""

    model_config = example(password="soixante palmiers")  # noqa: S106 - an example

    password: str = Field(min_length=1, max_length=1024, repr=False)
