"""What fills a template in: one class for each type of parameter. Source: Meta, "Template messages"."""

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from core.whatsapp.outbound.interactive.parts import HeaderDocument, HeaderFile, kind_of
from core.whatsapp.outbound.interactive.payments import OrderParameters
from core.whatsapp.outbound.plain import PLACE_LIMIT
from core.whatsapp.outbound.values import Id, Latitude, Longitude, Sent, Shown

PARAMETER_LIMIT: Final = 32_768
"""The template's own text and this must fit 1024 (a header 60) together; only Meta can add them up."""
PAYLOAD_LIMIT: Final = 256
COUPON_LIMIT: Final = 15
_UNSHOWN: Final = re.compile(r"[\n\r\t]| {5,}")


def _on_one_line(text: str) -> str:
    if _UNSHOWN.search(text):
        raise ValueError("has a line break, a tab or more than 4 spaces in a row, which WhatsApp refuses in a "
                         "template's variable (132018): take them out")  # fmt: skip
    return text


Variable = Annotated[
    str, Field(min_length=1, max_length=PARAMETER_LIMIT), Shown, AfterValidator(_on_one_line)
]
VariableName = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[a-z0-9_]+$")]


class _Named(Sent):
    """`parameter_name` for templates whose variables have names."""

    parameter_name: VariableName | None = None


class TextParameter(_Named):
    type: Literal["text"]
    text: Variable


class Currency(Sent):
    """`amount_1000`: the amount, times 1000."""

    fallback_value: Variable
    code: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    amount_1000: int


class CurrencyParameter(_Named):
    type: Literal["currency"]
    currency: Currency


class Moment(Sent):
    fallback_value: Variable


class MomentParameter(_Named):
    type: Literal["date_time"]
    date_time: Moment


class ImageParameter(Sent):
    type: Literal["image"]
    image: HeaderFile


class VideoParameter(Sent):
    type: Literal["video"]
    video: HeaderFile


class GifParameter(Sent):
    type: Literal["gif"]
    gif: HeaderFile


class DocumentParameter(Sent):
    type: Literal["document"]
    document: HeaderDocument


class Place(Sent):
    latitude: Latitude
    longitude: Longitude
    name: Annotated[str, Field(min_length=1, max_length=PLACE_LIMIT), Shown]
    address: Annotated[str, Field(min_length=1, max_length=PLACE_LIMIT), Shown]


class LocationParameter(Sent):
    type: Literal["location"]
    location: Place


class TemplateProduct(Sent):
    product_retailer_id: Id
    catalog_id: Id


class ProductParameter(Sent):
    type: Literal["product"]
    product: TemplateProduct


class PayloadParameter(Sent):
    type: Literal["payload"]
    payload: Annotated[str, Field(min_length=1, max_length=PAYLOAD_LIMIT), Shown]


class CouponParameter(Sent):
    type: Literal["coupon_code"]
    coupon_code: Annotated[str, Field(min_length=1, max_length=COUPON_LIMIT), Shown]


class TemplateProductItem(Sent):
    product_retailer_id: Id


class TemplateSection(Sent):
    title: Annotated[str, Field(min_length=1, max_length=24), Shown]
    product_items: Annotated[list[TemplateProductItem], Field(min_length=1, max_length=30)]


class ButtonAction(Sent):
    """Of a flow, a catalogue, several products, or an order to pay."""

    flow_token: Annotated[str, Field(min_length=1, max_length=2000), Shown] | None = None
    flow_action_data: dict[str, Any] | None = None
    thumbnail_product_retailer_id: Id | None = None
    sections: Annotated[list[TemplateSection], Field(min_length=1, max_length=10)] | None = None
    order_details: OrderParameters | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("is empty: give flow_token, thumbnail_product_retailer_id, sections or order_details")
        return self


class ActionParameter(Sent):
    type: Literal["action"]
    action: ButtonAction


class CallLifeParameter(Sent):
    type: Literal["ttl_minutes"]
    ttl_minutes: Annotated[int, Field(ge=1, le=43_200)]


class OfferEnd(Sent):
    """Milliseconds since 1970."""

    expiration_time_ms: Annotated[int, Field(ge=0)]


class OfferParameter(Sent):
    type: Literal["limited_time_offer"]
    limited_time_offer: OfferEnd


class OrderState(Sent):
    status: Literal["pending", "processing", "partially_shipped", "shipped", "completed", "canceled"]
    description: Annotated[str, Field(min_length=1, max_length=120), Shown] | None = None


class OrderReference(Sent):
    reference_id: Id
    order: OrderState


class OrderParameter(Sent):
    type: Literal["order_status"]
    order_status: OrderReference


class TapTarget(Sent):
    url: Annotated[str, Field(min_length=1, max_length=2000), Shown]
    title: Annotated[str, Field(min_length=1, max_length=60), Shown]


class TapParameter(Sent):
    type: Literal["tap_target_configuration"]
    tap_target_configuration: list[TapTarget]


HeaderParameter = Annotated[
    Annotated[TextParameter, Tag("(text)")]
    | Annotated[CurrencyParameter, Tag("(currency)")]
    | Annotated[MomentParameter, Tag("(date_time)")]
    | Annotated[ImageParameter, Tag("(image)")]
    | Annotated[VideoParameter, Tag("(video)")]
    | Annotated[GifParameter, Tag("(gif)")]
    | Annotated[DocumentParameter, Tag("(document)")]
    | Annotated[LocationParameter, Tag("(location)")]
    | Annotated[ProductParameter, Tag("(product)")],
    Discriminator(kind_of),
]
BodyParameter = Annotated[
    Annotated[TextParameter, Tag("(text)")]
    | Annotated[CurrencyParameter, Tag("(currency)")]
    | Annotated[MomentParameter, Tag("(date_time)")],
    Discriminator(kind_of),
]
ButtonParameter = Annotated[
    Annotated[TextParameter, Tag("(text)")]
    | Annotated[PayloadParameter, Tag("(payload)")]
    | Annotated[CouponParameter, Tag("(coupon_code)")]
    | Annotated[ActionParameter, Tag("(action)")]
    | Annotated[CallLifeParameter, Tag("(ttl_minutes)")],
    Discriminator(kind_of),
]
