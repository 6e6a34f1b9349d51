"""What authors may rely on: a name that leaves this list is a breaking change."""

import re
from pathlib import Path

import comptoir_sdk
from comptoir_sdk import ui

_SDK = Path(comptoir_sdk.__file__).parent


def test_the_public_names_are_these() -> None:
    assert sorted(comptoir_sdk.__all__) == [
        "Account", "Agent", "Answers", "Attachment", "AuditEntry", "BusinessHours", "Channel", "Command", "Contact",
        "Context", "Conversation", "Draft", "Fact", "Forbidden", "Group", "HTML", "Invalid", "Job", "Member", "Message",
        "NotFound", "Outgoing", "Page", "Plugin", "PluginError", "Reject", "Route", "SearchHit",
        "SearchQuery", "Status", "Suggestion", "Tag", "Team",
        "Template", "Tenant", "TenantModel", "Text", "Unavailable", "_", "__version__", "hookimpl",
        "hookspec", "offered", "tenant_fk", "ui", "uuid7", "webhooks",
    ]  # fmt: skip
    assert all(hasattr(comptoir_sdk, name) for name in comptoir_sdk.__all__)


def test_the_pieces_of_user_interface_are_these() -> None:
    assert sorted(ui.__all__) == [
        "Assets", "COMPOSER_WINDOWS", "Command", "ComposerAction", "DashboardCard", "Element", "MessageRenderer",
        "NAVS", "PANEL_SLOTS", "Page", "Panel", "Settings",
    ]  # fmt: skip


def test_the_version_is_that_of_the_distribution() -> None:
    text = (_SDK.parent / "pyproject.toml").read_text()
    found = re.search(r'^version = "(.+)"$', text, re.M)
    assert found is not None
    assert found[1] == comptoir_sdk.__version__


def test_the_package_is_typed() -> None:
    assert (_SDK / "py.typed").exists()
