"""Limits of interactive messages that sell: products, catalogues, cards, orders; with Meta's refusals."""

from typing import Any

from comptoir_sdk.sandbox.lengths import length, text
from comptoir_sdk.sandbox.refusals import invalid, missing

MOST_PRODUCTS, MOST_SECTIONS = 30, 10
GOODS = {"digital-goods", "physical-goods"}
CURRENCIES = {"INR", "BRL", "SGD"}
PROGRESS = {"pending", "processing", "partially_shipped", "shipped", "completed", "canceled"}


def product(action: dict[str, Any]) -> None:
    for name in ("catalog_id", "product_retailer_id"):
        if not action.get(name):
            raise missing(f"action needs {name}")


def product_list(sent: dict[str, Any]) -> None:
    action = sent["action"]
    if (sent.get("header") or {}).get("type") != "text":
        raise missing("A product list needs a header of type text")
    if not action.get("catalog_id"):
        raise missing("action needs catalog_id")
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= MOST_SECTIONS:
        raise invalid(f"Invalid sections count. Min allowed sections: 1, Max allowed sections: {MOST_SECTIONS}")
    items = [item for section in sections for item in section.get("product_items") or []]
    if not 1 <= len(items) <= MOST_PRODUCTS:
        raise invalid(f"Total product count exceeds max allowed count: {MOST_PRODUCTS} (got {len(items)})")
    if len(sections) > 1:
        for section in sections:
            length("Section title", section.get("title"), 1, 24)


def catalog(action: dict[str, Any]) -> None:
    if action.get("name") != "catalog_message":
        raise invalid("action.name must be catalog_message")


def carousel(action: dict[str, Any]) -> None:
    cards = action.get("cards")
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise invalid("Invalid cards count. Min allowed cards: 2, Max allowed cards: 10")
    if [card.get("card_index") for card in cards] != list(range(len(cards))):
        raise invalid("card_index must count up from 0")
    if len({card.get("type") for card in cards}) > 1:
        raise invalid("All cards of a carousel must be of one type")
    for card in cards:
        _card(card)


def _card(card: dict[str, Any]) -> None:
    action = card.get("action")
    if not isinstance(action, dict):
        raise missing("A card needs an action")
    if card.get("type") == "product":
        return product(action)
    if card.get("type") != "cta_url":
        raise invalid("A card's type must be cta_url or product")
    if (card.get("header") or {}).get("type") not in {"image", "video"}:
        raise missing("A card needs a header of type image or video")
    if card.get("body"):
        length("Card body", card["body"].get("text"), 1, 160)
        if card["body"]["text"].count("\n") > 2:
            raise invalid("A card's body takes at most 2 line breaks")
    for button in action.get("buttons") or []:
        length("Card button title", (button.get("quick_reply") or {}).get("title"), 1, 20)
    if not action.get("buttons"):
        length("Card button label", (action.get("parameters") or {}).get("display_text"), 1, 20)
    return None


def order_details(action: dict[str, Any]) -> None:
    told = _parameters(action, "review_and_pay")
    text("reference_id", told.get("reference_id"), 35)
    if told.get("type") not in GOODS or told.get("currency") not in CURRENCIES:
        raise invalid(f"type must be one of {sorted(GOODS)}, currency one of {sorted(CURRENCIES)}")
    order = told.get("order")
    if not isinstance(order, dict) or not order.get("items"):
        raise missing("order needs items")
    parts = [(order.get(name) or {}).get("value", 0) * sign
             for name, sign in (("subtotal", 1), ("tax", 1), ("shipping", 1), ("discount", -1))]  # fmt: skip
    if sum(parts) != (told.get("total_amount") or {}).get("value"):
        raise invalid("total_amount is not subtotal + tax + shipping - discount")


def order_status(action: dict[str, Any]) -> None:
    told = _parameters(action, "review_order")
    text("reference_id", told.get("reference_id"), 35)
    if (told.get("order") or {}).get("status") not in PROGRESS:
        raise invalid(f"order.status must be one of {', '.join(sorted(PROGRESS))}")


def _parameters(action: dict[str, Any], name: str) -> dict[str, Any]:
    if action.get("name") != name:
        raise invalid(f"action.name must be {name}")
    told = action.get("parameters")
    if not isinstance(told, dict):
        raise missing("action needs parameters")
    return told
