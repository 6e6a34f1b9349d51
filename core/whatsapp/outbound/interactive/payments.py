"""Orders to pay, and what became of them: India, Brazil, Singapore. Source: Meta, "Payments API"."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from core.whatsapp.outbound.interactive.parts import Body, Header, Interactive
from core.whatsapp.outbound.values import Id, Sent, Shown, example

REFERENCE_LIMIT: Final = 35
MOST_ITEMS: Final = 999

Reference = Annotated[str, Field(min_length=1, max_length=REFERENCE_LIMIT, pattern=r"^[A-Za-z0-9_.-]+$")]
"""Ours, never used twice."""
Name = Annotated[str, Field(min_length=1, max_length=60), Shown]
Note = Annotated[str, Field(min_length=1, max_length=60), Shown]


class Amount(Sent):
    """`value` divided by `offset`: 21000 of 100 are 210.00."""

    value: Annotated[int, Field(ge=0)]
    offset: Literal[100]


class DescribedAmount(Amount):
    description: Note | None = None


class Discount(DescribedAmount):
    discount_program_name: Note | None = None


class OrderItem(Sent):
    """`retailer_id` is the catalogue's; `amount` is that of one."""

    retailer_id: Id | None = None
    product_id: Id | None = None
    name: Name
    amount: Amount
    sale_amount: Amount | None = None
    quantity: Annotated[int, Field(ge=1)]
    country_of_origin: Note | None = None
    importer_name: Note | None = None
    importer_address: dict[str, Any] | None = None


class Expiration(Sent):
    """`timestamp`: seconds since 1970."""

    timestamp: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]
    description: Annotated[str, Field(min_length=1, max_length=120), Shown]


class Order(Sent):
    status: Literal["pending"] = "pending"
    catalog_id: Id | None = None
    expiration: Expiration | None = None
    items: Annotated[list[OrderItem], Field(min_length=1, max_length=MOST_ITEMS)]
    subtotal: Amount
    tax: DescribedAmount | None = None
    shipping: DescribedAmount | None = None
    discount: Discount | None = None


class OrderParameters(Sent):
    """The sum must add up: subtotal + tax + shipping − discount."""

    reference_id: Reference
    type: Literal["digital-goods", "physical-goods"]
    currency: Literal["INR", "BRL", "SGD"]
    total_amount: Amount
    order: Order
    payment_type: Annotated[str, Field(min_length=1, max_length=60), Shown] | None = None
    payment_configuration: Annotated[str, Field(min_length=1, max_length=60), Shown] | None = None
    payment_settings: list[dict[str, Any]] | None = None
    beneficiaries: list[dict[str, Any]] | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        order = self.order
        added = sum(part.value for part in (order.tax, order.shipping) if part)
        due = order.subtotal.value + added - (order.discount.value if order.discount else 0)
        if due != self.total_amount.value:
            raise ValueError(f"does not add up: total_amount is {self.total_amount.value}, subtotal, tax, shipping and "
                             f"discount make {due}; correct one of them")  # fmt: skip
        return self


class OrderAction(Sent):
    name: Literal["review_and_pay"] = "review_and_pay"
    parameters: OrderParameters


class OrderDetailsMessage(Interactive):
    """An order to look through and pay."""

    model_config = example(type="order_details", body={"text": "Your order"}, action={
        "name": "review_and_pay", "parameters": {
            "reference_id": "order-112", "type": "physical-goods", "currency": "INR",
            "total_amount": {"value": 21000, "offset": 100}, "payment_settings": [
                {"type": "payment_gateway", "payment_gateway": {"type": "razorpay", "configuration_name": "main"}}],
            "order": {"status": "pending", "items": [{"retailer_id": "tajine-01", "name": "Tajine", "quantity": 1,
                                                      "amount": {"value": 20000, "offset": 100}}],
                      "subtotal": {"value": 20000, "offset": 100}, "tax": {"value": 1000, "offset": 100}}}})

    type: Literal["order_details"]
    header: Header | None = None
    body: Body
    action: OrderAction


class OrderProgress(Sent):
    status: Literal["pending", "processing", "partially_shipped", "shipped", "completed", "canceled"]
    description: Annotated[str, Field(min_length=1, max_length=120), Shown] | None = None


class StatusParameters(Sent):
    reference_id: Reference
    order: OrderProgress
    payment: dict[str, Any] | None = None


class StatusAction(Sent):
    name: Literal["review_order"] = "review_order"
    parameters: StatusParameters


class OrderStatusMessage(Interactive):
    """How far an order has come."""

    model_config = example(type="order_status", body={"text": "On its way"}, action={
        "name": "review_order", "parameters": {"reference_id": "order-112", "order": {"status": "shipped"}}})

    type: Literal["order_status"]
    body: Body
    action: StatusAction
