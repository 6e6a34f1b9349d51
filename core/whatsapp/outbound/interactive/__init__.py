"""Interactive messages: one kind, one class. Source: Meta, "Interactive messages" and the page of each kind."""

from typing import Annotated

from pydantic import Discriminator, Tag

from core.whatsapp.outbound.interactive.catalog import (
    CarouselMessage,
    CatalogMessage,
    ProductListMessage,
    ProductMessage,
)
from core.whatsapp.outbound.interactive.choices import ButtonMessage, LinkMessage, ListMessage
from core.whatsapp.outbound.interactive.parts import Interactive, kind_of
from core.whatsapp.outbound.interactive.payments import OrderDetailsMessage, OrderStatusMessage
from core.whatsapp.outbound.interactive.requests import (
    AddressMessage,
    CallPermissionRequest,
    ContactInfoRequest,
    FlowMessage,
    LocationRequest,
    VoiceCall,
)

__all__ = ["AnyInteractive", "Interactive"]

AnyInteractive = Annotated[
    Annotated[ButtonMessage, Tag("(button)")]
    | Annotated[ListMessage, Tag("(list)")]
    | Annotated[LinkMessage, Tag("(cta_url)")]
    | Annotated[LocationRequest, Tag("(location_request_message)")]
    | Annotated[ContactInfoRequest, Tag("(request_contact_info)")]
    | Annotated[AddressMessage, Tag("(address_message)")]
    | Annotated[FlowMessage, Tag("(flow)")]
    | Annotated[ProductMessage, Tag("(product)")]
    | Annotated[ProductListMessage, Tag("(product_list)")]
    | Annotated[CatalogMessage, Tag("(catalog_message)")]
    | Annotated[CarouselMessage, Tag("(carousel)")]
    | Annotated[CallPermissionRequest, Tag("(call_permission_request)")]
    | Annotated[VoiceCall, Tag("(voice_call)")]
    | Annotated[OrderDetailsMessage, Tag("(order_details)")]
    | Annotated[OrderStatusMessage, Tag("(order_status)")],
    Discriminator(kind_of),
]
