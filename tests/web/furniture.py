"""An organisation with people in it, for the pages about people."""

from .double import COLLEAGUE, ME, Double, Resource
from .double_people import KERNEL


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
