"""The doctor against a Meta that is wrong in each way it looks for, one after the other."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from core.db.pool import Database
from core.egress import Egress
from core.messaging.clock import utc_now
from core.messaging.doctor import Doctor, Examination, Patient
from core.messaging.doctor.door import AppKeys, Door
from core.messaging.doctor.finding import CHECKS
from core.messaging.doctor.words import told
from core.whatsapp.errors import LOCALES
from tests.messaging.intake.deliveries import count, drain, numbered
from tests.numbers.clinic import Clinic, listening
from tests.seed import SeededTenant

Examine = Callable[..., Awaitable[Examination]]


@pytest.fixture
async def examine(db: Database, clinic: Clinic) -> AsyncIterator[Examine]:
    """The tenant's number is examined; keywords change what is known of it, or where our door is."""
    tenant = clinic.tenant
    doors: list[Door] = []
    async with Egress(["127.0.0.1"]) as egress:

        async def visit(*, public_url: str = "", skew: timedelta = timedelta(), **changes: Any) -> Examination:
            door = Door(db, public_url or clinic.public_url)
            doors.append(door)
            doctor = Doctor(egress, door, clock=lambda: utc_now() + skew, seconds=6.0, each=1.5)
            known: dict[str, Any] = {
                "phone_number_id": tenant.phone_number_id, "waba_id": tenant.waba_id,
                "access_token": tenant.access_token, "graph_url": clinic.sandbox_url, "graph_version": "v26.0",
                "app": AppKeys(tenant.app_slug, tenant.verify_token, tenant.app_secret),
                "meta_app_id": "670843887433847", "secrets": (tenant.app_secret,),
                "ours": door.spellings(tenant.app_slug), "simulated": True,
            }
            return await doctor.examine(Patient(**(known | changes)))

        yield visit
        for door in doors:
            await door.aclose()


def states(found: Examination) -> dict[str, tuple[str, str]]:
    """The worst finding of each check."""
    order = ("ok", "warning", "unknown", "failed")
    worst: dict[str, tuple[str, str]] = {}
    for finding in found.findings:
        known = worst.get(finding.check, ("ok", ""))
        if order.index(finding.state) >= order.index(known[0]):
            worst[finding.check] = (finding.state, finding.words)
    return worst


def not_well(found: Examination) -> dict[str, tuple[str, str]]:
    return {check: state for check, state in states(found).items() if state[0] != "ok"}


def told_whole(found: Examination, *secrets: str) -> None:
    """Whatever is not well has a cure in every language, and no secret is in it."""
    for locale in LOCALES:
        for finding in found.findings:
            words = told(finding, locale)
            assert words["title"]
            assert bool(words["cure"]) == (finding.state != "ok"), words
            assert not any(secret in str(words) for secret in secrets)


async def test_a_healthy_number_is_found_so_in_everything(
    db: Database, clinic: Clinic, tenant: SeededTenant, examine: Examine
) -> None:
    found = await examine()
    assert not_well(found) == {}
    assert {finding.check for finding in found.findings} == set(CHECKS)
    assert found.number is not None
    assert not found.token_dead
    told_whole(found, tenant.access_token, tenant.app_secret, tenant.verify_token)


async def test_the_signed_delivery_is_journalled_and_tells_nobody_anything(
    db: Database, tenant: SeededTenant, examine: Examine
) -> None:
    await examine()
    assert await count(db, "journal") == 1
    await drain(db)
    assert await count(db, "journal_pending") == 0
    assert await count(db, "quarantine") == 0
    assert await numbered(db, tenant) == []


FAULTS: dict[str, dict[str, tuple[str, str]]] = {
    "token_invalid": {"token": ("failed", "token.invalid")},
    "token_expires_soon": {"token": ("warning", "token.expires_soon")},
    "token_without_messaging": {"token": ("failed", "token.scopes")},
    "token_without_management": {"token": ("failed", "token.scopes")},
    "token_of_another_app": {"token": ("failed", "token.other_app")},
    "number_unknown_33": {"number": ("failed", "number.unknown_id"), "override": ("unknown", "any.number_first"),
                          "waba": ("unknown", "any.number_first")},
    "number_disconnected": {"number": ("failed", "number.stopped")},
    "number_banned": {"number": ("failed", "number.stopped")},
    "number_blocked": {"number": ("failed", "number.health_blocked")},
    "number_quality_red": {"number": ("warning", "number.quality")},
    "number_name_declined": {"number": ("warning", "number.name")},
    "waba_unknown_33": {"waba": ("failed", "waba.unknown_id")},
    "not_subscribed": {"subscribed": ("failed", "subscribed.nobody")},
    "another_app_subscribed": {"subscribed": ("failed", "subscribed.others")},
    "fields_without_messages": {"fields": ("failed", "fields.no_messages")},
    "webhook_elsewhere": {"override": ("failed", "override.phone_number")},
    "proof_refused_100": {"app_secret": ("failed", "app_secret.wrong")},
}


@pytest.mark.parametrize("name", FAULTS)
async def test_each_thing_that_is_wrong_has_a_finding_of_its_own(clinic: Clinic, examine: Examine, name: str) -> None:
    await clinic.fault(name)
    found = await examine()
    assert not_well(found) == FAULTS[name]
    told_whole(found, clinic.tenant.access_token)


async def test_a_dead_token_is_the_one_thing_to_cure_and_is_reported_as_dead(clinic: Clinic, examine: Examine) -> None:
    await clinic.fault("token_dead_190")
    found = await examine()
    first = dict.fromkeys(("number", "waba", "subscribed", "override"), ("unknown", "any.token_first"))
    assert not_well(found) == first | {
        "token": ("failed", "token.expired"), "app_secret": ("unknown", "any.token_first"),
        "fields": ("unknown", "fields.secret_first")}
    assert found.token_dead
    assert found.token_death is not None
    assert found.token_death.error.code == 190
    told_whole(found, clinic.tenant.access_token)


async def test_a_number_of_another_account_is_found_out(clinic: Clinic, examine: Examine) -> None:
    await clinic.control("POST", "numbers", {"waba_id": "999", "token": clinic.tenant.access_token})
    assert not_well(await examine(waba_id="999"))["waba"] == ("failed", "waba.other")
    assert not_well(await examine(waba_id="998"))["waba"] == ("failed", "waba.unknown_id")


async def test_an_override_of_the_account_is_told_from_one_of_the_number(clinic: Clinic, examine: Examine) -> None:
    elsewhere = f"{clinic.public_url}/webhooks/whatsapp/{clinic.tenant.app_slug}?other"
    await clinic.graph("POST", f"{clinic.tenant.waba_id}/subscribed_apps",
                       {"override_callback_uri": elsewhere, "verify_token": clinic.tenant.verify_token})
    assert not_well(await examine()) == {"override": ("failed", "override.whatsapp_business_account")}


async def test_an_app_that_delivers_elsewhere_is_found_out(clinic: Clinic, examine: Examine) -> None:
    assert not_well(await examine(ours={"https://inbox.example/x"})) == {"override": ("failed", "override.application")}


async def test_a_wrong_secret_is_found_at_meta_and_one_in_change_is_no_fault(clinic: Clinic, examine: Examine) -> None:
    wrong = await examine(secrets=("not-the-secret",))
    assert not_well(wrong) == {
        "app_secret": ("failed", "app_secret.wrong"), "fields": ("unknown", "fields.secret_first")}
    changing = await examine(secrets=("not-the-secret", clinic.tenant.app_secret))
    assert states(changing)["app_secret"] == ("ok", "app_secret.rotating")
    assert not_well(changing) == {}


async def test_an_app_without_a_secret_trusts_nothing(examine: Examine) -> None:
    found = not_well(await examine(secrets=()))
    assert found["app_secret"] == ("failed", "app_secret.none")


@pytest.mark.parametrize(("seconds", "words"), [(3600, "clock.behind"), (-3600, "clock.ahead")])
async def test_a_clock_that_is_wrong_is_found_by_metas_date(
    clinic: Clinic, examine: Examine, seconds: int, words: str
) -> None:
    await clinic.fault("clock_skew", seconds=seconds)
    assert not_well(await examine()) == {"clock": ("failed", words)}


async def test_our_own_clock_may_be_the_wrong_one(examine: Examine) -> None:
    assert not_well(await examine(skew=timedelta(minutes=10))) == {"clock": ("failed", "clock.ahead")}


async def test_a_receiver_that_is_not_there_is_found_out(examine: Examine) -> None:
    listener, nowhere = listening()
    listener.close()
    assert not_well(await examine(public_url=nowhere))["round_trip"] == ("failed", "round_trip.unreachable")


async def test_another_program_at_our_address_is_not_taken_for_ours(clinic: Clinic, examine: Examine) -> None:
    assert not_well(await examine(public_url=clinic.sandbox_url))["round_trip"] == ("failed", "round_trip.not_ours")


async def test_a_door_that_does_not_know_the_verify_token_is_found_out(
    clinic: Clinic, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.messaging.doctor.door.REFRESH_SECONDS", 0.0)
    keys = AppKeys(clinic.tenant.app_slug, "another", clinic.tenant.app_secret)
    assert not_well(await examine(app=keys)) == {"round_trip": ("failed", "round_trip.handshake")}
    keys = AppKeys(clinic.tenant.app_slug, clinic.tenant.verify_token, "another")
    assert not_well(await examine(app=keys)) == {"round_trip": ("failed", "round_trip.delivery")}


async def test_an_address_that_only_this_machine_can_call_does_for_a_simulated_number_alone(examine: Examine) -> None:
    assert not_well(await examine(simulated=False)) == {"round_trip": ("failed", "round_trip.not_public")}


@pytest.mark.parametrize(
    ("fault", "words"),
    [("read_500", "any.trouble"), ("bad_gateway_read", "any.trouble"), ("read_truncated", "any.unreadable"),
     ("read_reset", "any.unreachable")],
)  # fmt: skip
async def test_trouble_at_meta_is_unknown_and_never_well(
    clinic: Clinic, examine: Examine, fault: str, words: str
) -> None:
    await clinic.fault(fault)
    found = await examine()
    troubled = states(found)
    for check in ("token", "number", "waba", "subscribed", "override", "app_secret", "fields"):
        assert troubled[check] == ("unknown", words), check
    assert troubled["round_trip"][0] == "ok"
    assert not found.token_dead
    told_whole(found, clinic.tenant.access_token)


async def test_a_meta_that_hangs_does_not_hold_the_doctor(clinic: Clinic, examine: Examine) -> None:
    await clinic.fault("read_hang", seconds=60)
    began = time.monotonic()
    found = await examine()
    assert time.monotonic() - began < 6.5
    troubled = states(found)
    assert {troubled[check] for check in ("token", "number", "waba", "subscribed")} == {("unknown", "any.silent")}
    assert troubled["round_trip"][0] == "ok"


async def test_a_graph_address_where_nobody_is_is_said_to_be_so(examine: Examine) -> None:
    listener, nowhere = listening()
    listener.close()
    found = states(await examine(graph_url=nowhere))
    assert {found[check] for check in ("token", "number", "waba", "clock")} == {("unknown", "any.unreachable")}


async def test_an_address_of_a_private_network_is_refused_and_not_called(db: Database, clinic: Clinic) -> None:
    tenant, door = clinic.tenant, Door(db, clinic.public_url)
    async with Egress() as guarded:
        found = await Doctor(guarded, door, seconds=6, each=1.5).examine(Patient(
            tenant.phone_number_id, tenant.waba_id, tenant.access_token, clinic.sandbox_url, "v26.0"))
    await door.aclose()
    worst = states(found)
    assert {worst[check] for check in ("token", "number", "waba", "clock")} == {("failed", "any.forbidden")}
    assert not found.token_dead


async def test_before_there_is_an_app_what_cannot_be_known_is_said_to_be_unknown(examine: Examine) -> None:
    found = not_well(await examine(app=None, meta_app_id=None, secrets=None, ours=(), simulated=False))
    assert found["app_secret"] == ("unknown", "app_secret.untried")
    assert found["fields"] == ("unknown", "fields.untried")
    assert found["override"] == ("unknown", "override.untried")
    assert found["round_trip"] == ("failed", "round_trip.not_public")
