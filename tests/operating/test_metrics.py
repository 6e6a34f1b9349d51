"""What an operator reads at /metrics: the right numbers, none of anybody's words, and nobody else reads them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.config.model import Metrics
from core.db.pool import Database
from core.messaging.journal import Journal
from core.metrics import work
from core.metrics.numbers import count_field
from core.metrics.page import Page
from core.metrics.process import breakers, running, sockets
from core.metrics.work import Work
from core.receiver import Receiver
from tests.messaging.intake.deliveries import apply, delivery, journal, text
from tests.receiver.door import call, signed
from tests.receiver.door import receiver as receiving
from tests.seed import SeededTenant

_TOKEN = "a token of sixteen characters or more"
_DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"


def _page(db: Database, **settings: Any) -> Page:
    return Page(Metrics(**settings), "test", ask=Work(db).families,
                look=lambda: [sockets(3), running(2), *breakers({"inbox": False, "ai": True})])  # fmt: skip


async def _value(page: Page, name: str, **labels: str) -> float:
    for family in text_string_to_metric_families((await page.text()).decode()):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    return 0.0


async def test_what_waits_is_told_with_its_age(db: Database, tenant: SeededTenant) -> None:
    await journal(db, tenant, delivery(tenant, text("wamid.1")), delivery(tenant, text("wamid.2")))
    await db.system.execute("insert into jobs (tenant_id, name, run_at) values ($1, 'x', now() - interval '1 hour')",
                            tenant.id)  # fmt: skip
    page = _page(db)
    assert await _value(page, "comptoir_work_waiting", kind="journal") == 2
    assert await _value(page, "comptoir_work_waiting", kind="jobs") == 1
    assert 3590 < await _value(page, "comptoir_work_oldest_seconds", kind="jobs") < 3700
    assert await _value(page, "comptoir_database_up") == 1
    assert await _value(page, "comptoir_database_connections", pool="app", state="most") == 10
    assert await _value(page, "comptoir_plugin_resting", plugin="ai") == 1
    assert await _value(page, "comptoir_sockets_open") == 3


async def test_the_database_is_asked_once_in_a_few_seconds(
    db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _page(db)
    assert await _value(page, "comptoir_work_waiting", kind="journal") == 0
    await journal(db, tenant, delivery(tenant, text("wamid.1")))
    assert await _value(page, "comptoir_work_waiting", kind="journal") == 0
    monkeypatch.setattr(work, "KEPT_SECONDS", 0.0)
    assert await _value(page, "comptoir_work_waiting", kind="journal") == 1


async def test_a_database_that_is_away_is_told_and_the_rest_still_answers(db: Database) -> None:
    page = _page(db)
    await db.system.close()
    assert await _value(page, "comptoir_database_up") == 0
    assert await _value(page, "comptoir_build", process="test") == 1


async def test_items_are_counted_once_they_are_applied(db: Database, tenant: SeededTenant) -> None:
    page = _page(db)
    before = await _value(page, "comptoir_intake_items_total", kind="message")
    bad = delivery(tenant, {"messages": [{"id": "wamid.9", "type": "text", "timestamp": "no time"}]})
    await apply(db, tenant, delivery(tenant, text("wamid.1"), text("wamid.2")), bad)
    assert await _value(page, "comptoir_intake_items_total", kind="message") == before + 2


async def test_an_unhandled_field_is_counted_by_its_name_and_an_odd_one_as_other(db: Database) -> None:
    page = _page(db)
    before = await _value(page, "comptoir_webhook_fields_unhandled_total", field="other")
    count_field("a_field_of_next_year")
    for odd in ("+212 600 000 000", "Amina", "x" * 65):
        count_field(odd)
    assert await _value(page, "comptoir_webhook_fields_unhandled_total", field="a_field_of_next_year") == 1
    assert await _value(page, "comptoir_webhook_fields_unhandled_total", field="other") == before + 3


async def test_deliveries_are_counted_by_what_was_answered(db: Database, tenant: SeededTenant) -> None:
    page, body = _page(db), delivery(tenant, text("wamid.canary", phone="212611223344"))
    path = f"/webhooks/whatsapp/{tenant.app_slug}"
    stored, refused = [await _value(page, "comptoir_webhook_deliveries_total", outcome=name)
                       for name in ("stored", "refused")]  # fmt: skip
    async with receiving(db.url) as door:
        for signature, status in ((signed(tenant.app_secret, body), 200), ("sha256=no", 403)):
            assert (await call(door, "POST", path, body, {"X-Hub-Signature-256": signature}))[0] == status
    assert await _value(page, "comptoir_webhook_deliveries_total", outcome="stored") == stored + 1
    assert await _value(page, "comptoir_webhook_deliveries_total", outcome="refused") == refused + 1
    told = (await page.text()).decode()
    assert "212611223344" not in told
    assert "canary" not in told
    assert tenant.slug not in re.sub(r"^#.*$", "", told, flags=re.MULTILINE)


async def _scrape(page: Page, peer: str, **headers: str) -> int:
    app = Receiver(Journal("postgresql://nowhere/x"), None, page)  # type: ignore[arg-type]
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await app({"type": "http", "method": "GET", "path": "/metrics", "headers": given, "client": (peer, 1)},
              None, send)  # type: ignore[arg-type]
    return int(sent[0]["status"])


@pytest.mark.parametrize(("settings", "peer", "headers", "status"), [
    ({}, "127.0.0.1", {}, 200),
    ({}, "::1", {}, 200),
    ({}, "203.0.113.9", {}, 404),
    ({}, "127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, 404),
    ({}, "127.0.0.1", {"forwarded": "for=127.0.0.1"}, 404),
    ({"allow": ["10.0.0.0/8"]}, "10.1.2.3", {}, 200),
    ({"allow": ["10.0.0.0/8"]}, "127.0.0.1", {}, 404),
    ({"token": _TOKEN}, "127.0.0.1", {}, 404),
    ({"token": _TOKEN}, "203.0.113.9", {"authorization": f"Bearer {_TOKEN}"}, 200),
    ({"token": _TOKEN}, "203.0.113.9", {"authorization": "Bearer another"}, 404),
])  # fmt: skip
async def test_only_whom_the_operator_named_reads_it(
    db: Database, settings: dict[str, Any], peer: str, headers: dict[str, str], status: int
) -> None:
    assert await _scrape(_page(db, **settings), peer, **headers) == status


async def test_every_metric_is_in_the_manual_and_has_bounded_labels(db: Database) -> None:
    manual = _DOCUMENT.read_text()
    families = [f for f in text_string_to_metric_families((await _page(db).text()).decode())
                if f.name.startswith("comptoir_")]  # fmt: skip
    assert len(families) > 20
    assert [f.name for f in families if f"`{f.name}" not in manual] == []
    known = {"outcome", "kind", "field", "method", "route", "status", "plugin", "name", "lane", "pool", "state",
             "process", "version", "le", "door", "call"}  # fmt: skip
    assert {label for f in families for sample in f.samples for label in sample.labels} <= known


async def test_the_alert_rules_and_the_dashboard_ask_for_metrics_there_are(db: Database) -> None:
    names = {f.name for f in text_string_to_metric_families((await _page(db).text()).decode())}
    deploy = _DOCUMENT.parents[1] / "deploy"
    asked = (deploy / "alerts.yml").read_text() + json.dumps(json.loads((deploy / "grafana.json").read_text()))
    for name in set(re.findall(r"comptoir_[a-z_]+", asked)):
        assert re.sub(r"_(total|bucket|count|sum)$", "", name) in names, name
