"""The business profile customers see: read and written with Meta's limits."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comptoir_sdk.sandbox.refusals import parameter

VERTICALS = Literal[
    "", "UNDEFINED", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY",
    "GOVT", "HOTEL", "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "NOT_A_BIZ",
    "ALCOHOL", "ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS",
]  # fmt: skip


class Profile(BaseModel):
    """Limits of the business profile reference; lengths in characters."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    about: str = Field(default="Hey there! I am using WhatsApp.", min_length=1, max_length=139)
    address: str = Field(default="", max_length=256)
    description: str = Field(default="", max_length=512)
    email: str = Field(default="", max_length=128, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")
    websites: list[str] = Field(default_factory=list, max_length=2)
    vertical: VERTICALS = "UNDEFINED"
    profile_picture_url: str = ""

    def shown(self, fields: str | None) -> dict[str, Any]:
        """The fields asked for; empty ones are left out, as Meta does."""
        wanted = {name.strip() for name in (fields or "").split(",")}
        kept = {name: value for name, value in self.model_dump().items() if name in wanted and value}
        return kept | {"messaging_product": "whatsapp"}

    def write(self, body: Any) -> None:
        """Take what is given, keep the rest; raises Refusal and changes nothing when a part is wrong."""
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
            raise parameter("The parameter messaging_product is required.")
        known = {name: value for name, value in body.items() if name in Profile.model_fields}
        if any(len(site) > 256 or not site.startswith(("http://", "https://")) for site in known.get("websites", ())):
            raise parameter("Param websites must be http(s) addresses of at most 256 characters")
        try:
            checked = Profile.model_validate(self.model_dump() | known)
        except ValidationError as error:
            problem = error.errors()[0]
            raise parameter(f"Param {'.'.join(map(str, problem['loc']))}: {problem['msg']}") from error
        for name in known:
            setattr(self, name, getattr(checked, name))
