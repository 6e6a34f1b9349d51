"""Texts marked for translation where they are written and translated where they are shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Translate = Callable[[str], str]

_translate: ContextVar[Translate | None] = ContextVar("comptoir_translate", default=None)


class Text:
    """A gettext message id; `str()` gives it in the locale of whoever is being answered."""

    __slots__ = ("id",)

    def __init__(self, message_id: str) -> None:
        self.id = message_id

    def __str__(self) -> str:
        translate = _translate.get()
        return translate(self.id) if translate and self.id else self.id

    def __repr__(self) -> str:
        return f"_({self.id!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and other.id == self.id

    def __hash__(self) -> int:
        return hash(("Text", self.id))


def _(message: str) -> Text:
    """Mark a text for translation: `title=_("Notes")`. The plugin's `locale/<ar|fr|en>` folders hold the words."""
    return Text(message)


@contextmanager
def translated_by(translate: Translate) -> Iterator[None]:
    """Inside, every `Text` is shown through `translate`. The kernel's and the test harness's, not the plugin's."""
    token = _translate.set(translate)
    try:
        yield
    finally:
        _translate.reset(token)
