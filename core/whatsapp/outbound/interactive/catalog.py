"""Products of a catalogue, and cards side by side. Source: Meta, "Sell products and services", "Carousel"."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from core.whatsapp.outbound.interactive.choices import LinkAction, Reply, refuse_alike
from core.whatsapp.outbound.interactive.parts import Body, Interactive, MediaHeader, TextHeader, refuse_untitled
from core.whatsapp.outbound.values import Id, Sent, Shown, beyond, example

MOST_PRODUCTS: Final = 30
MOST_SECTIONS: Final = 10
SECTION_TITLE_LIMIT: Final = 24
FEWEST_CARDS: Final = 2
MOST_CARDS: Final = 10
CARD_BODY_LIMIT: Final = 160
CARD_LINE_BREAKS: Final = 2
MOST_CARD_BUTTONS: Final = 3


class Product(Sent):
    catalog_id: Id
    product_retailer_id: Id


class ProductMessage(Interactive):
    """One product. No header."""

    model_config = example(type="product", body={"text": "Notre best-seller"},
                           action={"catalog_id": "367025965434465", "product_retailer_id": "tajine-01"})  # fmt: skip

    type: Literal["product"]
    action: Product


class ProductItem(Sent):
    product_retailer_id: Id


class ProductSection(Sent):
    title: Annotated[str, Field(min_length=1, max_length=SECTION_TITLE_LIMIT), Shown] | None = None
    product_items: Annotated[list[ProductItem], Field(min_length=1, max_length=MOST_PRODUCTS)]


class ProductList(Sent):
    catalog_id: Id
    sections: Annotated[list[ProductSection], Field(min_length=1, max_length=MOST_SECTIONS)]

    @model_validator(mode="after")
    def _of_one_message(self) -> Self:
        count = sum(len(section.product_items) for section in self.sections)
        if count > MOST_PRODUCTS:
            raise beyond(MOST_PRODUCTS, f"has {count} products; WhatsApp takes at most {MOST_PRODUCTS} in all sections "
                         "together: take some away")  # fmt: skip
        refuse_untitled([section.title for section in self.sections])
        return self


class ProductListMessage(Interactive):
    """Up to thirty products under a text header."""

    model_config = example(type="product_list", header={"type": "text", "text": "Nos tajines"},
                           body={"text": "Choisissez"}, action={"catalog_id": "367025965434465", "sections": [
        {"title": "Argile", "product_items": [{"product_retailer_id": "tajine-01"}]}]})  # fmt: skip

    type: Literal["product_list"]
    header: TextHeader
    body: Body
    action: ProductList


class CatalogParameters(Sent):
    thumbnail_product_retailer_id: Id | None = None


class CatalogAction(Sent):
    name: Literal["catalog_message"] = "catalog_message"
    parameters: CatalogParameters | None = None


class CatalogMessage(Interactive):
    """The whole catalogue behind one button."""

    model_config = example(type="catalog_message", body={"text": "Tout notre catalogue"},
                           action={"name": "catalog_message"})  # fmt: skip

    type: Literal["catalog_message"]
    body: Body
    action: CatalogAction


class CardBody(Sent):
    text: Annotated[str, Field(min_length=1, max_length=CARD_BODY_LIMIT), Shown]

    @model_validator(mode="after")
    def _few_lines(self) -> Self:
        if self.text.count("\n") > CARD_LINE_BREAKS:
            raise beyond(CARD_LINE_BREAKS, f"has {self.text.count(chr(10))} line breaks; WhatsApp takes at most "
                         f"{CARD_LINE_BREAKS}: take some away")  # fmt: skip
        return self


class QuickReply(Sent):
    type: Literal["quick_reply"] = "quick_reply"
    quick_reply: Reply


class QuickReplies(Sent):
    buttons: Annotated[list[QuickReply], Field(min_length=1, max_length=MOST_CARD_BUTTONS)]

    @model_validator(mode="after")
    def _different(self) -> Self:
        refuse_alike([button.quick_reply for button in self.buttons])
        return self


def _action_kind(value: Any) -> str:
    asked = "buttons" in value if isinstance(value, dict) else isinstance(value, QuickReplies)
    return "(buttons)" if asked else "(cta_url)"


class LinkCard(Sent):
    """A picture or a video over a link or quick replies."""

    card_index: Annotated[int, Field(ge=0, lt=MOST_CARDS)]
    type: Literal["cta_url"]
    header: MediaHeader
    body: CardBody | None = None
    action: Annotated[
        Annotated[QuickReplies, Tag("(buttons)")] | Annotated[LinkAction, Tag("(cta_url)")],
        Discriminator(_action_kind),
    ]


class ProductCard(Sent):
    card_index: Annotated[int, Field(ge=0, lt=MOST_CARDS)]
    type: Literal["product"]
    action: Product


class LinkCards(Sent):
    cards: Annotated[list[LinkCard], Field(min_length=FEWEST_CARDS, max_length=MOST_CARDS)]

    @model_validator(mode="after")
    def _alike(self) -> Self:
        _in_order([card.card_index for card in self.cards])
        if len({(card.header.type, type(card.action)) for card in self.cards}) > 1:
            raise ValueError("has cards of different make: all need the same kind of header and of button")
        return self


class ProductCards(Sent):
    cards: Annotated[list[ProductCard], Field(min_length=FEWEST_CARDS, max_length=MOST_CARDS)]

    @model_validator(mode="after")
    def _of_one_catalogue(self) -> Self:
        _in_order([card.card_index for card in self.cards])
        if len({card.action.catalog_id for card in self.cards}) > 1:
            raise ValueError("has cards of several catalogues: all need the same catalog_id")
        return self


def _in_order(indices: list[int]) -> None:
    if indices != list(range(len(indices))):
        raise ValueError(f"has card_index {indices}: number the cards 0, 1, 2 … in their order")


def _cards_kind(value: Any) -> str:
    if isinstance(value, ProductCards):
        return "(product)"
    cards = value.get("cards") if isinstance(value, dict) else None
    first = cards[0] if isinstance(cards, list) and cards else None
    return "(product)" if isinstance(first, dict) and first.get("type") == "product" else "(cta_url)"


class CarouselMessage(Interactive):
    """Two to ten cards side by side, all alike."""

    model_config = example(type="carousel", body={"text": "Nos circuits"}, action={"cards": [
        {"card_index": index, "type": "cta_url", "body": {"text": name},
         "header": {"type": "image", "image": {"link": f"https://atlas.ma/{index}.jpg"}},
         "action": {"name": "cta_url", "parameters": {"display_text": "Voir", "url": f"https://atlas.ma/{index}"}}}
        for index, name in enumerate(("Désert", "Montagne"))]})  # fmt: skip

    type: Literal["carousel"]
    body: Body
    footer: None = None
    action: Annotated[
        Annotated[ProductCards, Tag("(product)")] | Annotated[LinkCards, Tag("(cta_url)")],
        Discriminator(_cards_kind),
    ]
