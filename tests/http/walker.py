"""Walks the OpenAPI document of a running web process: furnishes a tenant by it, and asks every operation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from tests.http.callers import Answer, Caller

METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"{(\w+)}")
# Ends the caller's own session, or shows its answer once in a stream: asked last, or it would stop the walk.
LAST = ("log_out", "end_all_sessions", "delete_tokens")


@dataclass(frozen=True)
class Asked:
    """One operation of the document."""

    path: str
    method: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.told["operationId"])

    @property
    def parameters(self) -> list[str]:
        return _PARAMETER.findall(self.path)

    @property
    def permission(self) -> str | None:
        return self.told.get("x-permission")

    @property
    def person(self) -> bool:
        return bool(self.told.get("x-person"))

    @property
    def known(self) -> bool:
        """Whether it is for known callers alone."""
        return bool(self.told["security"]) and {} not in self.told["security"]

    @property
    def statuses(self) -> set[int]:
        return {int(status) for status in self.told["responses"]}

    @property
    def example(self) -> Any:
        content = self.told.get("requestBody", {}).get("content", {})
        return next((media.get("example") for media in content.values()), None)

    def at(self, ids: dict[str, Any]) -> str:
        """Its path with these ids, and any where there is none."""
        return _PARAMETER.sub(lambda match: quote(str(ids.get(match[1], uuid4())), safe=""), self.path)


@dataclass
class Walker:
    """The document as one tenant's owner is told it, and what there is of that tenant."""

    document: dict[str, Any]
    ids: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def of(cls, owner: Caller) -> "Walker":
        return cls((await owner.get("/openapi.json")).json)

    def operations(self) -> Iterator[Asked]:
        """Reads first, then what makes, then what changes, then what takes away."""
        found = [Asked(path, method, one[method]) for path, one in self.document["paths"].items()
                 for method in METHODS if method in one]  # fmt: skip
        yield from sorted(found, key=lambda one: (one.name in LAST, METHODS.index(one.method), one.path))

    async def furnish(self, owner: Caller) -> None:
        """Make one of everything that an example makes, and note its id."""
        for one in self.operations():
            if one.method == "post" and one.known and not one.person:
                self.note(one, await ask(owner, one, self.ids))
        for one in self.operations():
            if one.method == "get" and "cursor" not in one.parameters:
                self.note(one, await ask(owner, one, self.ids))

    def note(self, one: Asked, answer: Answer) -> None:
        """`{"id": …}` of POST /teams, or the first of GET /teams, is a `team_id` where /teams/{team_id} is served."""
        told = answer.json if answer.status in (200, 201, 202) and isinstance(answer.json, dict) else {}
        items = told.get("items")
        thing = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else told
        for path in self.document["paths"]:
            whole = re.fullmatch(r".*/" + re.escape(one.path.rpartition("/")[2]) + r"/{(\w+)}", path)
            if whole and (value := thing.get(whole[1], thing.get("id"))):
                self.ids.setdefault(whole[1], value)


async def ask(caller: Caller, one: Asked, ids: dict[str, Any], body: Any = ...) -> Answer:
    """With its own example, unless told another body."""
    sent = one.example if body is ... else body
    return await caller.ask(one.method.upper(), one.at(ids), sent)
