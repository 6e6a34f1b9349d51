"""What the routes of numbers take and answer."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from core.http.meta_apps import MetaId, Secret
from core.http.resources import AccountBrief, Resource
from core.http.text import Line, RequestModel, Text, example
from core.messaging.numbers.addresses import META, VERSION

Address = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Version = Annotated[str, StringConstraints(pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$")]


class FindingResource(Resource):
    """One thing the setup doctor looked at, in the caller's language. `unknown` is not well. `act`: what
    PUT /accounts/<id>/subscription can do about it."""

    check: Literal["token", "number", "waba", "subscribed", "fields", "override", "app_secret", "clock", "round_trip"]
    state: Literal["ok", "warning", "failed", "unknown"]
    title: str = Field(examples=["The access token has expired"])
    detail: str = Field(examples=["Meta no longer takes it; messages wait until there is a new one."])
    cure: str | None = Field(examples=["Make a new token: Meta Business settings → System users → Generate token."])
    act: Literal["subscribe"] | None


class ExaminationResource(Resource):
    at: datetime
    findings: list[FindingResource]


class AccountApp(Resource):
    id: UUID
    slug: str = Field(examples=["atlas-1f2c11aa"])


class AccountHistory(Resource):
    """Of a number that is in the WhatsApp Business app as well: how far its past has come (`progress` in per cent).
    `error_code` 2593109: its owner declined to share it, so it will not come."""

    at: datetime
    phase: float | None
    progress: float | None
    error_code: int | None
    error: str | None


class AccountResource(AccountBrief):
    """In full, for who may manage numbers. Meta's words from `name_status` to `meta_status`."""

    graph_url: str = Field(examples=[META])
    graph_version: str = Field(examples=[VERSION])
    meta_app: AccountApp | None
    name_status: str | None = Field(examples=["APPROVED"])
    quality_rating: str | None = Field(examples=["GREEN"])
    messaging_limit: str | None = Field(examples=["TIER_2K"])
    throughput_level: str | None = Field(examples=["STANDARD"])
    meta_status: str | None = Field(examples=["CONNECTED"])
    profile: dict[str, Any] | None
    history: AccountHistory | None
    looked_at: datetime | None
    token_died_at: datetime | None
    token_error: dict[str, Any] | None
    examination: ExaminationResource | None
    webhook_url: str | None = Field(examples=["https://inbox.example.org/webhooks/whatsapp/atlas-1f2c11aa"])
    created_at: datetime


class ConnectedAccount(AccountResource):
    """`verify_token` goes to Meta beside `webhook_url`. Told once, when the app was made with the number."""

    verify_token: str | None = Field(default=None, examples=["jR0cX4ZCpsBAKZCw"])


class AppById(RequestModel):
    id: UUID


class AppToMake(RequestModel):
    """From the app's dashboard → App settings → Basic."""

    app_secret: Secret = Field(repr=False)
    meta_app_id: MetaId | None = None
    name: Line | None = None


class NewAccount(RequestModel):
    """Ids and token as Meta shows them under WhatsApp → API setup; the token best of a system user, without end."""

    model_config = example(
        phone_number_id="106540352242922", waba_id="102290129340398", access_token="EAAGm0PX4ZCpsBAKZCwZD",  # noqa: S106 - an example
        meta_app={"app_secret": "0f3c9a7be41d4c22", "meta_app_id": "670843887433847"},
    )

    phone_number_id: MetaId
    waba_id: MetaId
    access_token: Secret = Field(repr=False)
    meta_app: AppById | AppToMake
    graph_url: Address = META
    graph_version: Version = VERSION
    team: UUID | None = None


class AccountChange(RequestModel):
    """What is left out stays. Another `graph_url` needs the token again: it goes there."""

    model_config = example(access_token="EAAGm0PX4ZCpsBAKZCwZD")  # noqa: S106 - an example

    access_token: Secret | None = Field(default=None, repr=False)
    graph_url: Address | None = None
    graph_version: Version | None = None
    status: Literal["connected", "disabled"] | None = None
    team: UUID | None = None


class CandidateAccount(RequestModel):
    """A number before it is connected."""

    model_config = example(
        phone_number_id="106540352242922", waba_id="102290129340398", access_token="EAAGm0PX4ZCpsBAKZCwZD",  # noqa: S106 - an example
    )

    phone_number_id: MetaId
    waba_id: MetaId
    access_token: Secret = Field(repr=False)
    app_secret: Secret | None = Field(default=None, repr=False)
    graph_url: Address = META
    graph_version: Version = VERSION


class SimulatedAccount(RequestModel):
    model_config = example(name="Atlas Store")

    name: Line = "Atlas Store"


class Removal(RequestModel):
    """`with=conversations` removes those too."""

    with_: Literal["conversations"] | None = Field(default=None, alias="with")


Site = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=256, pattern=r"^https?://[^\s]+$")]
Vertical = Literal[
    "UNDEFINED", "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY", "GOVT",
    "HOTEL", "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "NOT_A_BIZ", "ALCOHOL",
    "ONLINE_GAMBLING", "PHYSICAL_GAMBLING", "OTC_DRUGS",
]  # fmt: skip


class ProfileChange(RequestModel):
    """What is left out stays; "" empties a text. Limits are Meta's."""

    model_config = example(about="Open from nine to six", websites=["https://atlas.example"])

    about: Annotated[Text, StringConstraints(min_length=1, max_length=139)] | None = None
    address: Annotated[Text, StringConstraints(max_length=256)] | None = None
    description: Annotated[Text, StringConstraints(max_length=512)] | None = None
    email: Annotated[Text, StringConstraints(max_length=128, pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    vertical: Vertical | None = None
    websites: list[Site] | None = Field(default=None, max_length=2)


class ProfileResource(Resource):
    about: str = Field(examples=["Open from nine to six"])
    address: str
    description: str
    email: str
    vertical: str = Field(examples=["RETAIL"])
    profile_picture_url: str
    websites: list[str] = Field(examples=[["https://atlas.example"]])
