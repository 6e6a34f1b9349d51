"""What a plugin declares is checked where it is written."""

from collections.abc import Callable
from typing import Any

import pytest
from comptoir_sdk import Channel, Job, Route, ui, uuid7
from comptoir_sdk.translation import Text, _, translated_by


async def _view(ctx: object) -> None:
    """Answers nothing."""


@pytest.mark.parametrize(("declare", "complaint"), [
    (lambda: Route("/x", _view), "name the permission"),
    (lambda: Route("/x", _view, permission="a.b", public=True), "not both"),
    (lambda: Route("x", _view, permission="a.b"), "starts with '/'"),
    (lambda: Route("/x", _view, ("BREW",), "a.b"), "unknown methods"),
    (lambda: Job("Prune", _view), "a-z"),
    (lambda: Job("prune", _view, timeout=0), "above 0"),
    (lambda: Channel("changes", ""), "permission"),
    (lambda: ui.Panel("pins", slot="nowhere", fragment="pins"), "no slot 'nowhere'"),
    (lambda: ui.Panel("pins", slot="contact.detail"), "either fragment= or element="),
    (lambda: ui.Page("pins", element="acme-pins"), "come together"),
    (lambda: ui.Page("pins", nav="footer", fragment="pins"), "no navigation"),
    (lambda: ui.ComposerAction("send", "Send", post="send", window="ajar"), "window is one of"),
    (lambda: ui.DashboardCard("day", "Day", "day", kind="pie"), "kind is one of"),
])
def test_a_wrong_declaration_says_what_to_change(declare: Callable[[], Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        declare()


def test_a_text_is_translated_where_it_is_shown() -> None:
    title = _("Notes")
    assert str(title) == "Notes"
    with translated_by({"Notes": "ملاحظات"}.__getitem__):
        assert str(title) == "ملاحظات"
    assert title == Text("Notes")


def test_identifiers_are_version_7_and_grow_with_time() -> None:
    made = [uuid7() for _number in range(1000)]
    assert {one.version for one in made} == {7}
    assert len(set(made)) == 1000
    assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)
