"""One sound message of each kind, as Meta spells it."""

from typing import Any, Final

MEDIA: Final = {"link": "https://atlas.ma/a.jpg"}
_BODY: Final = {"text": "Salam"}


def interactive(type: str, action: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"type": type, "body": _BODY, "action": action, **rest}


def buttons(count: int = 2) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b{n}", "title": f"Button {n}"}} for n in range(count)]
    return interactive("button", {"buttons": replies})


def rows(*sizes: int, titles: bool = True) -> dict[str, Any]:
    """A list with sections of these sizes."""
    sections = [{**({"title": f"Section {s}"} if titles else {}),
                 "rows": [{"id": f"r{s}-{n}", "title": f"Row {n}", "description": "more"} for n in range(size)]}
                for s, size in enumerate(sizes)]  # fmt: skip
    return interactive("list", {"button": "Choose", "sections": sections})


def products(*sizes: int) -> dict[str, Any]:
    sections = [{"title": f"Section {s}", "product_items": [{"product_retailer_id": f"p{s}-{n}"} for n in range(size)]}
                for s, size in enumerate(sizes)]  # fmt: skip
    return interactive("product_list", {"catalog_id": "36", "sections": sections},
                       header={"type": "text", "text": "Ours"})


def carousel(count: int = 2, **card: Any) -> dict[str, Any]:
    link = {"name": "cta_url", "parameters": {"display_text": "See", "url": "https://atlas.ma/1"}}
    cards = [{"card_index": n, "type": "cta_url", "header": {"type": "image", "image": MEDIA}, "body": {"text": "One"},
              "action": link, **card} for n in range(count)]  # fmt: skip
    return interactive("carousel", {"cards": cards})


def template(*components: dict[str, Any]) -> dict[str, Any]:
    told = {"name": "order_shipped", "language": {"code": "fr"}}
    return {**told, "components": list(components)} if components else told


def body(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "body", "parameters": list(parameters)}


def header(kind: str, told: Any) -> dict[str, Any]:
    return {"type": "header", "parameters": [{"type": kind, kind: told}]}


def button(sub_type: str, kind: str, told: Any, index: Any = "0") -> dict[str, Any]:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [{"type": kind, kind: told}]}


ORDER: Final = {
    "reference_id": "order-112", "type": "physical-goods", "currency": "INR",
    "total_amount": {"value": 21000, "offset": 100},
    "payment_settings": [{"type": "payment_gateway", "payment_gateway": {"type": "razorpay"}}],
    "order": {"status": "pending", "subtotal": {"value": 20000, "offset": 100}, "tax": {"value": 1000, "offset": 100},
              "items": [{"name": "Tajine", "quantity": 1, "amount": {"value": 20000, "offset": 100}}]},
}  # fmt: skip
_CARD: Final = {"card_index": 0, "components": [
    header("image", MEDIA), body({"type": "text", "text": "A"}), button("quick_reply", "payload", "more")]}  # fmt: skip

INTERACTIVE: Final[dict[str, dict[str, Any]]] = {
    "button": buttons(),
    "button with a picture": {**buttons(), "header": {"type": "image", "image": MEDIA}, "footer": _BODY},
    "list": rows(3, 2),
    "cta_url": interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Open",
                                                                         "url": "https://atlas.ma"}}),
    "location_request_message": interactive("location_request_message", {"name": "send_location"}),
    "request_contact_info": interactive("request_contact_info", {"name": "request_contact_info"}),
    "address_message": interactive("address_message", {"name": "address_message", "parameters": {"country": "IN"}}),
    "flow": interactive("flow", {"name": "flow", "parameters": {
        "flow_message_version": "3", "flow_id": "12", "flow_cta": "Book", "flow_action": "navigate",
        "flow_action_payload": {"screen": "DATES", "data": {"from": "2027-01-01"}}}}),
    "product": interactive("product", {"catalog_id": "36", "product_retailer_id": "p1"}),
    "product_list": products(2, 1),
    "catalog_message": interactive("catalog_message", {"name": "catalog_message", "parameters": {
        "thumbnail_product_retailer_id": "p1"}}),
    "carousel of links": carousel(3),
    "carousel of answers": carousel(2, action={"buttons": [{"type": "quick_reply",
                                                            "quick_reply": {"id": "a", "title": "A"}}]}),
    "carousel of products": interactive("carousel", {"cards": [
        {"card_index": n, "type": "product", "action": {"catalog_id": "36", "product_retailer_id": f"p{n}"}}
        for n in range(2)]}),
    "call_permission_request": interactive("call_permission_request", {"name": "call_permission_request"}),
    "voice_call": interactive("voice_call", {"name": "voice_call", "parameters": {"display_text": "Call us",
                                                                                  "ttl_minutes": 60}}),
    "order_details": interactive("order_details", {"name": "review_and_pay", "parameters": ORDER}),
    "order_status": interactive("order_status", {"name": "review_order", "parameters": {
        "reference_id": "order-112", "order": {"status": "shipped"}}}),
}  # fmt: skip

TEMPLATES: Final[dict[str, dict[str, Any]]] = {
    "without variables": template(),
    "text, money and a moment": template(body(
        {"type": "text", "text": "Salma"},
        {"type": "currency", "currency": {"fallback_value": "210 MAD", "code": "MAD", "amount_1000": 210000}},
        {"type": "date_time", "date_time": {"fallback_value": "4 janvier"}})),
    "named": template(body({"type": "text", "parameter_name": "first_name", "text": "Salma"})),
    "picture": template(header("image", MEDIA)),
    "video": template(header("video", {"id": "9"})),
    "gif": template(header("gif", {"id": "9"})),
    "document": template(header("document", {**MEDIA, "filename": "a.pdf"})),
    "place": template(header("location", {"latitude": 33.5, "longitude": -7.5, "name": "Atlas", "address": "12 rue"})),
    "product": template(header("product", {"product_retailer_id": "p1", "catalog_id": "36"})),
    "buttons": template(button("quick_reply", "payload", "yes"), button("url", "text", "112", index=1),
                        button("copy_code", "coupon_code", "ATLAS10", index="2")),
    "flow": template(button("flow", "action", {"flow_token": "t", "flow_action_data": {"a": 1}})),
    "catalogue": template(button("catalog", "action", {"thumbnail_product_retailer_id": "p1"})),
    "products": template(button("mpm", "action", {"thumbnail_product_retailer_id": "p1", "sections": [
        {"title": "Ours", "product_items": [{"product_retailer_id": "p1"}]}]})),
    "order": template(button("order_details", "action", {"order_details": ORDER})),
    "call": template(button("voice_call", "ttl_minutes", 60)),
    "offer": template({"type": "limited_time_offer", "parameters": [
        {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_800_000_000_000}}]}),
    "carousel": template({"type": "carousel", "cards": [_CARD, {**_CARD, "card_index": 1}]}),
    "order status": template({"type": "order_status", "parameters": [{"type": "order_status", "order_status": {
        "reference_id": "order-112", "order": {"status": "shipped"}}}]}),
    "tap target": template({"type": "tap_target_configuration", "parameters": [
        {"type": "tap_target_configuration", "tap_target_configuration": [
            {"url": "https://atlas.ma", "title": "A"}]}]}),
}  # fmt: skip

CARD: Final[dict[str, Any]] = {
    "name": {"formatted_name": "Salma Idrissi", "first_name": "Salma"}, "birthday": "1990-08-18",
    "phones": [{"phone": "+212 661 000000", "type": "CELL", "wa_id": "212661000000"}],
    "emails": [{"email": "salma@atlas.ma", "type": "WORK"}], "urls": [{"url": "https://atlas.ma"}],
    "addresses": [{"city": "Casablanca", "country_code": "ma"}], "org": {"company": "Atlas", "title": "Guide"},
}  # fmt: skip

PLAIN: Final[dict[str, tuple[str, Any]]] = {
    "text": ("text", {"body": "Salam", "preview_url": False}),
    "image": ("image", {**MEDIA, "caption": "Look"}),
    "video": ("video", {"id": "9"}),
    "audio": ("audio", {"id": "9", "voice": True}),
    "document": ("document", {**MEDIA, "filename": "a.pdf", "caption": "Read"}),
    "sticker": ("sticker", {"id": "9"}),
    "location": ("location", {"latitude": 33.5, "longitude": -7.5, "name": "Atlas", "address": "12 rue"}),
    "contacts": ("contacts", [CARD]),
    "reaction": ("reaction", {"message_id": "wamid.1", "emoji": "👍"}),
    "reaction taken back": ("reaction", {"message_id": "wamid.1", "emoji": ""}),
    "pin": ("pin", {"type": "pin", "message_id": "wamid.1", "expiration_days": 7}),
}

EVERY: Final[dict[str, tuple[str, Any]]] = {
    **PLAIN,
    **{f"interactive {name}": ("interactive", told) for name, told in INTERACTIVE.items()},
    **{f"template {name}": ("template", told) for name, told in TEMPLATES.items()},
}
