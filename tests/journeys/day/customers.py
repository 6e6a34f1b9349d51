"""Thirty customers who write Arabic, French and English, send files, and write when they please."""

import random
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2

from benchmarks.payload import wamid

WORDS = {
    "ar": ("السلام عليكم، هل الطلب جاهز؟", "شكراً جزيلاً", "متى يصل التوصيل إلى فاس؟", "أريد القياس ٤٢ من فضلكم"),
    "fr": ("Bonjour, où en est ma commande ?", "Merci beaucoup !", "C’est à offrir, à Essaouira", "Et la taille 42 ?"),
    "en": ("Hello, is it shipped?", "Thank you!", "Could I have it in blue?", "I paid yesterday"),
}
OTHERS: tuple[dict[str, Any], ...] = (
    {"type": "image", "image": {"sample": True, "caption": "voilà"}},
    {"type": "location", "location": {"latitude": 33.57, "longitude": -7.59, "name": "Casablanca"}},
)


@dataclass
class Customer:
    phone: dict[str, Any]
    language: str
    wrote: list[str] = field(default_factory=list)
    """The wamids of what they sent, in their order."""

    @property
    def name(self) -> str:
        return str(self.phone["name"])


@dataclass
class Customers:
    """All of them, and the dice by which they decide: the same in every run."""

    meta: httpx2.AsyncClient
    dice: random.Random
    everybody: list[Customer] = field(default_factory=list)

    async def arrive(self, count: int) -> None:
        first = 212640000000 + self.dice.randrange(1_000_000) * 100
        for index in range(count):
            language = ("ar", "fr", "en")[index % 3]
            name = {"ar": "سلمى", "fr": "Zoé", "en": "Liam"}[language] + f" {index:02d}"
            made = await self.meta.post("/phones", json={"name": name, "number": str(first + index)})
            self.everybody.append(Customer(made.raise_for_status().json(), language))

    async def write(self, customer: Customer, words: str = "") -> None:
        """These words, or a few others mostly, now and then something else."""
        message = {"type": "text", "text": words} if words else (
            self.dice.choice(OTHERS) if self.dice.random() < 0.15 else self._words(customer))
        sent = await self.meta.post(f"/phones/{customer.phone['id']}/messages", json=message)
        customer.wrote.append(sent.raise_for_status().json()["wamid"])

    def _words(self, customer: Customer) -> dict[str, Any]:
        said = self.dice.choice(WORDS[customer.language])
        return {"type": "text", "text": f"{said} ({customer.phone['number'][-2:]}.{len(customer.wrote)})"}

    async def all_write(self) -> None:
        """Everybody once, in no order."""
        for customer in self.dice.sample(self.everybody, len(self.everybody)):
            await self.write(customer)

    async def read(self, customer: Customer) -> None:
        await self.meta.post(f"/phones/{customer.phone['id']}/open")

    async def write_late(self, demo: dict[str, Any], number: str, name: str, seconds_left: float) -> None:
        """A message that WhatsApp held up for nearly a day: its window closes in so many seconds."""
        at = str(int(time.time() - 24 * 3600 + seconds_left))
        message = {"from": number, "id": wamid(), "timestamp": at, "type": "text", "text": {"body": "Toujours là ?"}}
        value = {"messaging_product": "whatsapp", "messages": [message],
                 "contacts": [{"profile": {"name": name}, "wa_id": number}],
                 "metadata": {"display_phone_number": "212520000600", "phone_number_id": demo["phone_number_id"]}}
        entry = {"id": demo["waba_id"], "changes": [{"value": value, "field": "messages"}]}
        payload = {"object": "whatsapp_business_account", "entry": [entry]}
        (await self.meta.post("/deliver", json={"payload": payload})).raise_for_status()
