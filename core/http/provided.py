"""What plugins provide beside a contact or a conversation, as the API tells of it."""

from pydantic import Field

from core.http.resources import Resource


class FactResource(Resource):
    """A short fact of a plugin's. `url` leads to a page that tells more."""

    plugin: str = Field(examples=["acme_orders"])
    label: str = Field(examples=["Orders"])
    value: str = Field(examples=["3"])
    url: str | None = Field(examples=["https://shop.atlas.ma/orders?of=212661000001"])


class Facts(Resource):
    """`missing`: plugins whose facts are not among them, for they failed or were late."""

    items: list[FactResource]
    missing: list[str] = Field(examples=[["acme_crm"]])


class SuggestionResource(Resource):
    """An answer to choose: nothing is sent without a person."""

    plugin: str = Field(examples=["acme_answers"])
    body: str = Field(examples=["Your order leaves tomorrow morning."])
    why: str = Field(examples=["Order 1042 is packed"])


class Suggestions(Resource):
    """Of plugins that failed or were late there is none."""

    items: list[SuggestionResource]
    missing: list[str] = Field(examples=[["acme_ai"]])
