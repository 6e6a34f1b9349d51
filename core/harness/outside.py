"""The internet of a test: it answers what the test says it does, and remembers what was asked."""

import json as text
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from core.egress import Answer, Egress, Forbidden


@dataclass(frozen=True)
class Asked:
    """One request of a plugin."""

    method: str
    url: str
    headers: dict[str, str]
    json: Any
    content: bytes | None = None


@dataclass
class Outside(Egress):
    """In place of the guarded client. What no test speaks for is not reached."""

    _answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def asked(self) -> Sequence[Asked]:
        return tuple(self._asked)

    def answers(self, url: str, json: Any = None, *, status: int = 200, content: bytes | None = None) -> None:
        """From now on, to every method."""
        self._answers[url] = (status, text.dumps(json).encode() if content is None else content)

    async def request(self, method: str, url: str, **sent: Any) -> Answer:
        self._asked.append(Asked(method, url, dict(sent.get("headers") or {}), sent.get("json"),
                                 sent.get("content")))
        if url not in self._answers:
            raise Forbidden(f"a test reaches nothing outside: comptoir.web.answers({url!r}, …) speaks for it")
        status, body = self._answers[url]
        return Answer(status, httpx2.Headers({"content-type": "application/json"}), body)
