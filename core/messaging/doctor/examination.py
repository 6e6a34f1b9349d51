"""One examination: everything is asked at once, within one limit of time, and judged when all have spoken."""

import asyncio
import time
from collections.abc import Awaitable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from core.egress import Egress, Timeouts
from core.messaging.clock import Clock, utc_now
from core.messaging.doctor.door import AppKeys, Door
from core.messaging.doctor.finding import Finding
from core.messaging.doctor.no_word import token_refused
from core.messaging.doctor.number import judge_number, judge_waba
from core.messaging.doctor.reply import UNTRIED, Reply, Told, asked
from core.messaging.doctor.round_trip import judge_knock, judge_trip
from core.messaging.doctor.surroundings import judge_clock, judge_secrets
from core.messaging.doctor.token import app_of, death_of, judge_token
from core.messaging.doctor.webhook import judge_fields, judge_override, judge_subscription
from core.whatsapp.client import GraphClient
from core.whatsapp.outcomes import Refused
from core.whatsapp.values import JsonObject

Answer = TypeVar("Answer")
SECONDS: Final = 15.0
"""All of it, at most."""
EACH_SECONDS: Final = 6.0
"""One question, at most."""
_TIMEOUTS: Final = Timeouts(connect=4, read=5, write=5, pool=4, total=EACH_SECONDS)
_MOST_SECRETS: Final = 4


@dataclass(frozen=True, slots=True)
class Patient:
    """A number, connected or not. `app` is its Meta app as our door knows it; None before it is connected.

    `secrets` are tried against Meta; None when none was told. `ours` are the addresses that are our own webhook.
    """

    phone_number_id: str
    waba_id: str
    access_token: str = field(repr=False)
    graph_url: str
    graph_version: str
    app: AppKeys | None = None
    meta_app_id: str | None = None
    secrets: tuple[str, ...] | None = field(default=None, repr=False)
    ours: Collection[str] = ()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Examination:
    """`number` is what Meta told of it; `token_death` is set when Meta no longer takes the token."""

    at: datetime
    findings: tuple[Finding, ...]
    number: JsonObject | None = None
    token_death: Refused | None = None
    token_dead: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept: in no language."""
        return {"at": self.at.isoformat(), "findings": [finding.as_json() for finding in self.findings]}


@dataclass(frozen=True, slots=True)
class _Heard:
    """Every reply, before it is judged."""

    token: Reply[JsonObject]
    number: Reply[JsonObject]
    waba: Reply[JsonObject]
    numbers: Reply[list[JsonObject]]
    apps: Reply[list[JsonObject]]
    fields: Reply[list[JsonObject]]
    secrets: list[Reply[JsonObject]]
    clock: Reply[datetime | None]
    our_clock: datetime


class Doctor:
    """`egress` is the one that may go where tenants name hosts; `door` goes to our own address alone."""

    def __init__(
        self, egress: Egress, door: Door, *, clock: Clock = utc_now, seconds: float = SECONDS,
        each: float = EACH_SECONDS,
    ) -> None:  # fmt: skip
        self._egress, self._door, self._clock, self._seconds, self._each = egress, door, clock, seconds, each

    async def examine(self, patient: Patient) -> Examination:
        """Never raises for what Meta does, and ends within the time."""
        ends = time.monotonic() + self._seconds
        heard, trip = await asyncio.gather(self._ask_meta(patient, ends), self._go_round(patient, ends))
        findings = (*_judged(heard, patient, self._clock()), trip)
        dead = token_refused(heard.token) or token_refused(heard.number)
        number = heard.number.value if isinstance(heard.number, Told) else None
        return Examination(self._clock(), findings, number, dead, dead is not None or death_of(heard.token))

    async def _ask_meta(self, patient: Patient, ends: float) -> _Heard:
        client = self._client(patient)
        async with asyncio.TaskGroup() as group:

            def ask(call: Awaitable[Answer]) -> asyncio.Task[Reply[Answer]]:
                return group.create_task(self._within(call, ends))

            token = ask(client.token_details())
            number, waba = ask(client.number(patient.phone_number_id)), ask(client.waba(patient.waba_id))
            numbers, apps = ask(client.phone_numbers(patient.waba_id)), ask(client.subscribed_apps(patient.waba_id))
            fields = group.create_task(self._fields(client, patient, token, ends))
            proofs = [ask(self._client(patient, secret).token_details()) for secret in _few(patient.secrets)]
            clocks = group.create_task(self._clocks(client, ends))
        return _Heard(token.result(), number.result(), waba.result(), numbers.result(), apps.result(), fields.result(),
                      [proof.result() for proof in proofs], *clocks.result())  # fmt: skip

    def _client(self, patient: Patient, secret: str | None = None) -> GraphClient:
        return GraphClient(self._egress, patient.graph_url, patient.graph_version, patient.access_token, secret,
                           timeouts=_TIMEOUTS)  # fmt: skip

    async def _fields(
        self, client: GraphClient, patient: Patient, token: Awaitable[Reply[JsonObject]], ends: float
    ) -> Reply[list[JsonObject]]:
        """Asked as the app itself, so its id must be known: ours, or the one that the token names."""
        app_id = patient.meta_app_id or app_of(await token)
        if app_id is None or not patient.secrets:
            return UNTRIED
        refused: Reply[list[JsonObject]] = UNTRIED
        for secret in _few(patient.secrets):
            refused = await self._within(client.app_subscriptions(app_id, secret), ends)
            if isinstance(refused, Told):
                break
        return refused

    async def _clocks(self, client: GraphClient, ends: float) -> tuple[Reply[datetime | None], datetime]:
        """Meta's, and ours halfway between asking and hearing."""
        asked_at = self._clock()
        told = await self._within(client.clock(), ends)
        return told, asked_at + (self._clock() - asked_at) / 2

    async def _within(self, call: Awaitable[Answer], ends: float) -> Reply[Answer]:
        return await asked(call, min(self._each, max(0.0, ends - time.monotonic())))

    async def _go_round(self, patient: Patient, ends: float) -> Finding:
        url = self._door.url(patient.app.slug if patient.app else "")
        try:
            async with asyncio.timeout(ends - time.monotonic()):
                return await self._through_our_door(patient, url)
        except TimeoutError:
            return Finding("round_trip", "failed", "round_trip.silent", {"url": url})

    async def _through_our_door(self, patient: Patient, url: str) -> Finding:
        reach = await self._door.reach()
        if patient.app is None:
            return judge_knock(await self._door.knock(), url, reach)
        return judge_trip(await self._door.trip(patient.app), url, None if patient.simulated else reach)


def _few(secrets: tuple[str, ...] | None) -> tuple[str, ...]:
    return (secrets or ())[:_MOST_SECRETS]


def _judged(heard: _Heard, patient: Patient, now: datetime) -> Iterator[Finding]:
    app_id = patient.meta_app_id or app_of(heard.token)
    yield judge_token(heard.token, patient.waba_id, patient.meta_app_id, now)
    yield from judge_number(heard.number, patient.phone_number_id)
    yield judge_waba(heard.waba, heard.numbers, patient.waba_id, patient.phone_number_id)
    yield judge_subscription(heard.apps, app_id)
    yield judge_fields(heard.fields)
    yield judge_override(heard.number, patient.ours)
    yield _secrets(heard, patient)
    yield judge_clock(heard.clock, heard.our_clock)


def _secrets(heard: _Heard, patient: Patient) -> Finding:
    if patient.secrets is None:
        return Finding("app_secret", "unknown", "app_secret.untried")
    return judge_secrets(heard.secrets)


