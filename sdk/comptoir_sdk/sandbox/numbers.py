"""All simulated numbers: the one from the settings, and those made while the sandbox runs."""

import hmac
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comptoir_sdk.sandbox.box import Box
from comptoir_sdk.sandbox.callbacks import Waba, admit, whole
from comptoir_sdk.sandbox.identifiers import numeric
from comptoir_sdk.sandbox.number import Number, new_token
from comptoir_sdk.sandbox.settings import Settings

APP = ("app_id", "app_secret", "verify_token", "webhook_url")


class NumberRefused(ValueError):
    """A number cannot be made or changed like this; the message says why."""


class Numbers:
    """Boxes by phone number id. Built inside the event loop that serves them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wabas: dict[str, Waba] = {}
        self._boxes: dict[str, Box] = {}
        self.first = None if settings.empty else self._box(Number.of(settings), settings.data)

    def __iter__(self) -> Iterator[Box]:
        return iter(self._boxes.values())

    @property
    def usual(self) -> Box | None:
        """The number that is meant where none is named."""
        return self.first or next(iter(self), None)

    def get(self, phone_number_id: str) -> Box | None:
        return self._boxes.get(phone_number_id)

    def with_token(self, token: str) -> list[Box]:
        """The numbers this token, or this app's own `id|secret`, may speak for."""
        return [box for box in self if _same(token, box.number.token) or _same(token, _app_token(box.number))]

    def in_waba(self, waba_id: str) -> list[Box]:
        return [box for box in self if box.number.waba_id == waba_id]

    def open(self) -> None:
        """Take up the previous run, numbers made then included."""
        if self.first is not None:
            self.first.open()
        for file in sorted(self._folder.glob("*/number.json")) if self._folder else ():
            box = self._box(Number.model_validate_json(file.read_bytes()), file.parent)
            box.open()

    async def close(self) -> None:
        for box in self:
            await box.close()

    def make(self, wanted: dict[str, Any]) -> Box:
        """A new number; whatever is not given is made up. Raises NumberRefused, or pydantic's ValidationError."""
        number = Number.model_validate(self._made_up(wanted))
        self._refuse_twins(number)
        self.admit(number.webhook_url)
        box = self._box(number, self._folder / number.phone_number_id if self._folder else None)
        self.keep(box)
        box.open()
        return box

    def admit(self, url: str) -> None:
        """Raises Refusal for a webhook address that is not taken here."""
        admit(whole(url, self._settings.webhook_url), allow_remote=self._settings.allow_remote)

    def keep(self, box: Box) -> None:
        """Write the number itself down, at once and for its owner alone: somebody registers it elsewhere now."""
        if box is self.first or box.folder is None:
            return
        box.folder.mkdir(parents=True, exist_ok=True)
        beside = box.folder / "number.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(box.number.model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(box.folder / "number.json")

    async def remove(self, box: Box) -> None:
        """Forget a number with its phones; the first one stays. Raises NumberRefused."""
        if box is self.first:
            raise NumberRefused("the first number comes from the settings and stays")
        del self._boxes[box.number.phone_number_id]
        await box.close()
        if box.folder is not None:
            (box.folder / "number.json").unlink(missing_ok=True)

    @property
    def _folder(self) -> Path | None:
        return self._settings.data / "numbers" if self._settings.data else None

    def _box(self, number: Number, folder: Path | None) -> Box:
        waba = self._wabas.setdefault(number.waba_id, Waba(number.waba_id))
        box = Box(self._settings, number, waba, folder)
        self._boxes[number.phone_number_id] = box
        return box

    def _made_up(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The first number's app when nothing of an app is given, else an app of its own."""
        usual = {
            "phone_number_id": numeric(15), "waba_id": numeric(15), "business_name": self._settings.business_name,
            "display_phone_number": f"155501{numeric(5)}", "token": new_token(),
        }  # fmt: skip
        if self.first is not None and not wanted.keys() & set(APP):
            app = {name: getattr(self.first.number, name) for name in APP}
        else:
            app = {"app_id": numeric(15), "app_secret": secrets.token_hex(16),
                   "verify_token": secrets.token_urlsafe(16), "webhook_url": self._settings.webhook_url}  # fmt: skip
        return usual | app | {name: value for name, value in wanted.items() if value is not None}

    def _refuse_twins(self, number: Number) -> None:
        for box in self:
            if box.number.phone_number_id == number.phone_number_id:
                raise NumberRefused(f"there is already a number with the id {number.phone_number_id}")
            if box.number.display_phone_number == number.display_phone_number:
                raise NumberRefused(f"there is already a number +{number.display_phone_number}")


def _app_token(number: Number) -> str:
    return f"{number.app_id}|{number.app_secret}"


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
