"""Template messages: components in the order of the template. Source: Meta, "Template messages"."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from core.whatsapp.outbound.interactive.parts import kind_of
from core.whatsapp.outbound.template_parameters import (
    BodyParameter,
    ButtonParameter,
    HeaderParameter,
    OfferParameter,
    OrderParameter,
    TapParameter,
)
from core.whatsapp.outbound.values import Sent, example

NAME_LIMIT: Final = 512
MOST_CARDS: Final = 10


class HeaderComponent(Sent):
    type: Literal["header"]
    parameters: Annotated[list[HeaderParameter], Field(min_length=1, max_length=1)]


class BodyComponent(Sent):
    type: Literal["body"]
    parameters: list[BodyParameter]


def _index(given: Any) -> Any:
    return str(given) if type(given) is int else given


_PARAMETER_OF: Final = {
    "quick_reply": "payload", "url": "text", "copy_code": "coupon_code", "flow": "action", "catalog": "action",
    "mpm": "action", "order_details": "action", "voice_call": "ttl_minutes",
}  # fmt: skip


class ButtonComponent(Sent):
    """`index` is the button's position, from 0."""

    type: Literal["button"]
    sub_type: Literal["quick_reply", "url", "copy_code", "flow", "catalog", "mpm", "order_details", "voice_call"]
    index: Annotated[str, BeforeValidator(_index), Field(pattern=r"^[0-9]$")]
    parameters: Annotated[list[ButtonParameter], Field(max_length=2)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        wanted = _PARAMETER_OF[self.sub_type]
        for parameter in self.parameters:
            if parameter.type != wanted and not (self.sub_type == "voice_call" and parameter.type == "payload"):
                raise ValueError(f"has a parameter of type {parameter.type}; a {self.sub_type} button takes {wanted}")
        return self


class OfferComponent(Sent):
    type: Literal["limited_time_offer"]
    parameters: Annotated[list[OfferParameter], Field(min_length=1, max_length=1)]


class OrderComponent(Sent):
    type: Literal["order_status"]
    parameters: Annotated[list[OrderParameter], Field(min_length=1, max_length=1)]


class TapComponent(Sent):
    type: Literal["tap_target_configuration"]
    parameters: Annotated[list[TapParameter], Field(min_length=1, max_length=1)]


CardComponent = Annotated[
    Annotated[HeaderComponent, Tag("(header)")]
    | Annotated[BodyComponent, Tag("(body)")]
    | Annotated[ButtonComponent, Tag("(button)")],
    Discriminator(kind_of),
]


class TemplateCard(Sent):
    card_index: Annotated[int, Field(ge=0, lt=MOST_CARDS)]
    components: list[CardComponent]


class CarouselComponent(Sent):
    type: Literal["carousel"]
    cards: Annotated[list[TemplateCard], Field(min_length=2, max_length=MOST_CARDS)]


Component = Annotated[
    Annotated[HeaderComponent, Tag("(header)")]
    | Annotated[BodyComponent, Tag("(body)")]
    | Annotated[ButtonComponent, Tag("(button)")]
    | Annotated[OfferComponent, Tag("(limited_time_offer)")]
    | Annotated[CarouselComponent, Tag("(carousel)")]
    | Annotated[OrderComponent, Tag("(order_status)")]
    | Annotated[TapComponent, Tag("(tap_target_configuration)")],
    Discriminator(kind_of),
]


class Language(Sent):
    """`code` as the template has it: fr, en_US, ar."""

    code: Annotated[str, Field(min_length=2, max_length=16, pattern=r"^[A-Za-z]{2,3}(_[A-Za-z]{2,4})?$")]
    policy: Literal["deterministic"] | None = None


class Template(Sent):
    """An approved template with its variables filled in. Without parameters, `components` is left out."""

    model_config = example(name="order_shipped", language={"code": "fr"}, components=[
        {"type": "body", "parameters": [{"type": "text", "text": "Salma"}, {"type": "text", "text": "112"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "112"}]}])

    name: Annotated[str, Field(min_length=1, max_length=NAME_LIMIT, pattern=r"^[a-z0-9_]+$")]
    language: Language
    components: list[Component] | None = None
