"""Where in a message's content our own files are named, and how Meta's ids take their places.

A file is named by `attachment_id` wherever Meta takes an `id`: in the object of a media message, in the header of a
list or of buttons, in a template's parameter.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

_NAME: Final = "attachment_id"
_FILE_OF: Final = {"gif": "video"}
"""A template's picture that moves is a video to Meta's limits, and to those who look at it."""


def named_files(kind: str, content: Any) -> Iterator[tuple[str, UUID, str | None]]:
    """(kind, attachment, filename) of each. `kind` is that of the object itself."""
    if isinstance(content, Mapping):
        if content.get(_NAME):
            yield _FILE_OF.get(kind, kind), UUID(str(content[_NAME])), content.get("filename")
        for key, value in content.items():
            yield from named_files(key, value)
    elif isinstance(content, list):
        for value in content:
            yield from named_files(kind, value)


def with_ids(content: Any, ids: Mapping[UUID, str]) -> Any:
    """The content as Meta takes it."""
    if isinstance(content, Mapping):
        filled = {key: with_ids(value, ids) for key, value in content.items() if key != _NAME}
        return {**filled, "id": ids[UUID(str(content[_NAME]))]} if content.get(_NAME) else filled
    return [with_ids(value, ids) for value in content] if isinstance(content, list) else content
