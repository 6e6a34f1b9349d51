"""An organisation with people in it, for the pages about people."""

from typing import Any
from uuid import uuid4

from .double import COLLEAGUE, ME, Double, Resource
from .double_office import BAD, GOOD
from .double_people import KERNEL, People


def people(double: Double) -> dict[str, Resource]:
    """Members of many kinds, teams, roles of the tenant's own, invitations; whoever is at the screen may do it all."""
    double.role, double.permissions = "owner", [*KERNEL, "inbox.write"]
    made, account = double.people, double.account
    amine = made.member("Amine Kadiri", "owner", key=ME, second_factor=True)
    yasmine = made.member("Yasmine Bennis", "admin", key=COLLEAGUE, second_factor=True)
    sara = made.member("سارة العلمي", email="sara@atlas.test", last_seen_at=made.ago(days=2))
    hugo = made.member("Hugo Bernard-Lafontaine", "night-shift", last_seen_at=None)
    made.role("night-shift", "Night shift", "contacts.read", "conversations.read", "messages.send", sees="team")
    made.role("comptabilite", "Comptabilité", "contacts.read", sees="own")
    made.team("Sales", amine, yasmine, sara)
    made.team("فريق الليل", hugo)
    made.invitation("nadia@atlas.test")
    made.invitation("leila@atlas.test", "supervisor", state="expired", expires_at=made.ago(hours=30))
    account.session("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Mobile Safari/604.1")
    account.session("n8n/1.80", kind="token")
    account.passkey("Work laptop")
    account.totp, account.codes = made.ago(days=30), 2
    return {"amine": amine, "yasmine": yasmine, "sara": sara, "hugo": hugo}


def outward(double: Double) -> None:
    """Webhooks well and ill with their deliveries, and embedded pages."""
    made = double.outward
    made.hook("Web shop")
    made.hook("متجر إلكتروني", state="paused", waiting=12, delivered_at=None)
    made.hook("n8n", state="off", off_reason="gone", waiting=1000, id="off")
    made.hook("CRM", failures=4, failing_since=People.ago(hours=7), next_attempt_at=People.ago(hours=-2), waiting=31,
              old_secret_ends_at=People.ago(hours=-20), id="ill")
    made.attempt(excerpt='{"ok": true}')
    made.attempt(outcome="refused", status=500, attempt=4, excerpt="<h1>Internal Server Error</h1> " * 8)
    made.attempt(outcome="refused", status=302, error="It redirects: enter the address it leads to.")
    made.attempt(outcome="unreachable", status=None, error="No whole answer within 10 s.", milliseconds=10_004)
    made.attempt(outcome="skipped", status=None, kind="replay", type="contact.saved", milliseconds=0)
    made.attempt(kind="test", type="webhook.test", seq=None)
    for _ in range(30):
        made.attempt(type="message.status")
    made.frame("Orders")
    made.frame("طلبات المتجر", slot="contact.detail", permission="contacts.write", enabled=False)


def office(double: Double) -> dict[str, Resource]:
    """Numbers well and ill, keys alive and ended, a log of many kinds, other organisations: for whoever runs it all."""
    people(double)
    made = double.office
    well = made.account("Atlas Store", examination={"at": People.ago(hours=1), "findings": [GOOD, BAD]})
    ill = made.account("متجر الأطلس", status="token_dead", token_died_at=People.ago(hours=3), quality_rating="RED")
    made.account("Try me", simulated=True, graph_url="http://127.0.0.1:8602", quality_rating=None)
    made.apps = [{"id": "app", "slug": "atlas", "name": "Atlas", "meta_app_id": None, "secrets": 1,
                  "webhook_url": "https://inbox.example.org/webhooks/whatsapp/atlas", "shared": False}]
    made.link("Bonjour, je voudrais réserver un circuit dans le désert pour deux personnes.")
    made.link("السلام عليكم، أريد حجز رحلة")
    made.key("Web shop")
    outward(double)
    made.key("n8n", scopes=["contacts.read"], expires_at=People.ago(days=-3), last_used_at=None)
    made.key("Old", revoked_at=People.ago(days=2))
    made.exports = [{"id": "e", "state": "ready", "size": 4_200_000, "error": None, "created_at": People.ago(hours=5)}]
    made.entry("tenant.updated", changes={"name": ["Atlas", "أطلس"], "hue": [163, 240]})
    made.entry("contact.updated", changes={"phone": [None, None]})
    made.entry("member.invited", actor={"kind": "api_key", "id": "k", "name": None})
    made.entry("tomorrow.invented", actor={"kind": "plugin", "id": "acme", "name": "acme"})
    made.organisation("Dune Travel")
    made.organisation("Médina", status="suspended", last_message_at=None)
    made.person("Amine Kadiri", id=ME, platform_admin=True)
    made.person("سارة العلمي", disabled=True)
    made.plugins = [_plugin("inbox", tenants=2), _plugin("acme_orders", "broken", why="ModuleNotFoundError: no module"),
                    _plugin("acme_pins", "resting", rests=[{"door": "observers", "until": People.ago(minutes=-4),
                                                            "why": "on_message_received: KeyError"}],
                            isolated=True, incidents_1d=31, events_set_aside=2, jobs_failed_1d=1, seconds_7d=21.5),
                    _plugin("acme_needs", "missing", why="it needs contacts>=2.0: add that to config.yaml's plugins")]
    made.incidents = [_incident("raised", "on_message_received", "KeyError: 'order'", count=29),
                      _incident("blocked", "/orders", "it held the event loop for 1.3 s: nothing else could run")]
    return {"well": well, "ill": ill}


def _plugin(name: str, state: str = "loaded", **fields: Any) -> Resource:
    return {"name": name, "version": None if state == "broken" else "1.4.0", "state": state, "why": "",
            "sdk": ">=0.1,<1", "tenants": 0, "isolated": False, "rests": [], "incidents_1d": 0,
            "last_incident_at": None, "calls_7d": 1211, "failures_7d": 5, "seconds_7d": 3.2, "events_set_aside": 0,
            "jobs_failed_1d": 0} | fields  # fmt: skip


def _incident(kind: str, call: str, told: str, **fields: Any) -> Resource:
    trace = f'Traceback (most recent call last):\n  File "/app/acme_pins/__init__.py", line 31, in pin\n{told}'
    return {"id": str(uuid4()), "kind": kind, "call": call, "place": "/app/acme_pins/__init__.py:31", "told": told,
            "traceback": trace, "process": "worker acme_pins", "count": 1, "first_at": People.ago(days=1),
            "last_at": People.ago(minutes=3)} | fields  # fmt: skip
