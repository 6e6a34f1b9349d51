"""What Meta tells of a message template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comptoir_sdk.webhooks.told import Told, each_at, moment_at, text_at


@dataclass(frozen=True)
class TemplateNews(Told):
    """Common to all: which template. One template is one name in one language."""

    template_id: str | None = text_at("message_template_id")
    name: str | None = text_at("message_template_name")
    language: str | None = text_at("message_template_language")


@dataclass(frozen=True)
class TemplateStatus(TemplateNews):
    """`message_template_status_update`: approved, rejected, paused, disabled, archived, …; `event` is Meta's word."""

    event: str | None = text_at("event")
    reason: str | None = text_at("reason", "rejection_info.reason")
    recommendation: str | None = text_at("rejection_info.recommendation")
    category: str | None = text_at("message_template_category")
    disabled_on: str | None = text_at("disable_info.disable_date")
    title: str | None = text_at("other_info.title")
    description: str | None = text_at("other_info.description")


@dataclass(frozen=True)
class TemplateQuality(TemplateNews):
    """`message_template_quality_update`: GREEN, YELLOW, RED or UNKNOWN."""

    quality: str | None = text_at("new_quality_score")
    previous: str | None = text_at("previous_quality_score")


@dataclass(frozen=True)
class TemplateButton(Told):
    """A button of a template."""

    kind: str | None = text_at("message_template_button_type")
    text: str | None = text_at("message_template_button_text")
    url: str | None = text_at("message_template_button_url")
    phone: str | None = text_at("message_template_button_phone_number")


@dataclass(frozen=True)
class TemplateComponents(TemplateNews):
    """`message_template_components_update`: its words were changed."""

    title: str | None = text_at("message_template_title")
    body: str | None = text_at("message_template_element")
    footer: str | None = text_at("message_template_footer")
    buttons: tuple[TemplateButton, ...] = each_at("message_template_buttons", TemplateButton.of)


@dataclass(frozen=True)
class TemplateCategory(TemplateNews):
    """`template_category_update`. While `due` is set, or `correct` without `previous`, it is a notice a day ahead."""

    category: str | None = text_at("new_category")
    previous: str | None = text_at("previous_category")
    correct: str | None = text_at("correct_category")
    due: datetime | None = moment_at("category_update_timestamp")


@dataclass(frozen=True)
class TemplateMisfit(TemplateNews):
    """`template_correct_category_detection`: what was sent as `category` is `correct` in Meta's eyes."""

    category: str | None = text_at("category")
    correct: str | None = text_at("correct_category")


TEMPLATE_NEWS: Final[dict[str, type[TemplateNews]]] = {
    "message_template_status_update": TemplateStatus,
    "message_template_quality_update": TemplateQuality,
    "message_template_components_update": TemplateComponents,
    "template_category_update": TemplateCategory,
    "template_correct_category_detection": TemplateMisfit,
}
"""Meta's field → what it is read as."""
