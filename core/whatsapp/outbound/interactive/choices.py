"""Buttons, lists and links: the customer taps one. Source: Meta, "Interactive messages"."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from core.whatsapp.outbound.interactive.parts import (
    LABEL_LIMIT,
    Body,
    Header,
    Interactive,
    TextHeader,
    refuse_twins,
    refuse_untitled,
)
from core.whatsapp.outbound.values import Link, Sent, Shown, beyond, example

MOST_BUTTONS: Final = 3
BUTTON_ID_LIMIT: Final = 256
MOST_SECTIONS: Final = 10
MOST_ROWS: Final = 10
"""In all sections together."""
ROW_ID_LIMIT: Final = 200
ROW_TITLE_LIMIT: Final = 24
ROW_DESCRIPTION_LIMIT: Final = 72
LIST_BODY_LIMIT: Final = 4096

Label = Annotated[str, Field(min_length=1, max_length=LABEL_LIMIT), Shown]


class Reply(Sent):
    id: Annotated[str, Field(min_length=1, max_length=BUTTON_ID_LIMIT), Shown]
    title: Label


def refuse_alike(replies: list[Reply]) -> None:
    """Raises ValueError when two have the same id or the same title."""
    refuse_twins((reply.id for reply in replies), "button id")
    refuse_twins((reply.title for reply in replies), "button title")


class ReplyButton(Sent):
    type: Literal["reply"] = "reply"
    reply: Reply


class Buttons(Sent):
    buttons: Annotated[list[ReplyButton], Field(min_length=1, max_length=MOST_BUTTONS)]

    @model_validator(mode="after")
    def _different(self) -> Self:
        refuse_alike([button.reply for button in self.buttons])
        return self


class ButtonMessage(Interactive):
    """One to three answers to tap."""

    model_config = example(type="button", body={"text": "Livrer demain ?"}, action={"buttons": [
        {"type": "reply", "reply": {"id": "yes", "title": "Oui"}},
        {"type": "reply", "reply": {"id": "no", "title": "Non"}}]})  # fmt: skip

    type: Literal["button"]
    header: Header | None = None
    body: Body
    action: Buttons


class ListBody(Sent):
    text: Annotated[str, Field(min_length=1, max_length=LIST_BODY_LIMIT), Shown]


class Row(Sent):
    id: Annotated[str, Field(min_length=1, max_length=ROW_ID_LIMIT), Shown]
    title: Annotated[str, Field(min_length=1, max_length=ROW_TITLE_LIMIT), Shown]
    description: Annotated[str, Field(min_length=1, max_length=ROW_DESCRIPTION_LIMIT), Shown] | None = None


class Section(Sent):
    """`title` is needed as soon as there are two."""

    title: Annotated[str, Field(min_length=1, max_length=ROW_TITLE_LIMIT), Shown] | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=MOST_ROWS)]


class ListAction(Sent):
    """`button` opens the list."""

    button: Label
    sections: Annotated[list[Section], Field(min_length=1, max_length=MOST_SECTIONS)]

    @model_validator(mode="after")
    def _of_one_message(self) -> Self:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > MOST_ROWS:
            raise beyond(MOST_ROWS, f"has {len(rows)} rows; WhatsApp takes at most {MOST_ROWS} in all sections "
                         "together: take some away")  # fmt: skip
        refuse_untitled([section.title for section in self.sections])
        refuse_twins((row.id for row in rows), "row id")
        return self


class ListMessage(Interactive):
    """Up to ten rows behind one button."""

    model_config = example(type="list", body={"text": "Quel circuit ?"}, action={"button": "Choisir", "sections": [
        {"rows": [{"id": "desert", "title": "Désert", "description": "3 jours, Merzouga"}]}]})  # fmt: skip

    type: Literal["list"]
    header: TextHeader | None = None
    body: ListBody  # type: ignore[assignment]  # longer than any other kind's
    action: ListAction


class LinkParameters(Sent):
    display_text: Label
    url: Link


class LinkAction(Sent):
    name: Literal["cta_url"] = "cta_url"
    parameters: LinkParameters


class LinkMessage(Interactive):
    """A button that leads to a web page."""

    model_config = example(type="cta_url", body={"text": "Suivez votre colis."}, action={
        "name": "cta_url", "parameters": {"display_text": "Suivre", "url": "https://atlas.ma/suivi/112"}})  # fmt: skip

    type: Literal["cta_url"]
    header: Header | None = None
    body: Body
    action: LinkAction
