"""The screens on which an organisation runs itself: who is here, what they may do, one's own account."""

from comptoir_sdk import Plugin, _, hookimpl, ui


class Settings(Plugin):
    name = "settings"
    version = "1.0.0"
    sdk = ">=0.1,<1"

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        """One module and one element for each page; everything else is the kernel's API."""
        return [
            ui.Assets(package="plugins.settings", static="static", locales="locale"),
            ui.Page("me", title=_("My account"), icon="user", nav="settings", section=_("You"), order=10,
                    element="settings-me", module="me.js"),
            ui.Page("organisation", title=_("General"), icon="building-2", nav="settings", section=_("Organisation"),
                    order=20, permission="settings.manage", element="settings-organisation",
                    module="organisation.js"),
            ui.Page("members", title=_("Members"), icon="users", nav="settings", section=_("Organisation"), order=30,
                    permission="members.manage", element="settings-members", module="members.js"),
            ui.Page("teams", title=_("Teams"), icon="contact", nav="settings", section=_("Organisation"), order=40,
                    permission="teams.manage", element="settings-teams", module="teams.js"),
            ui.Page("tags", title=_("Tags"), icon="tag", nav="settings", section=_("Organisation"), order=45,
                    permission="tags.manage", element="settings-tags", module="tags.js"),
            ui.Page("roles", title=_("Roles"), icon="shield-check", nav="settings", section=_("Organisation"), order=50,
                    permission="roles.manage", element="settings-roles", module="roles.js"),
            ui.Page("numbers", title=_("Numbers"), icon="phone", nav="settings", section=_("WhatsApp"), order=60,
                    permission="accounts.manage", element="settings-numbers", module="numbers.js"),
            ui.Page("costs", title=_("Costs"), icon="chart-column", nav="settings", section=_("WhatsApp"), order=65,
                    permission="settings.manage", element="settings-costs", module="costs.js"),
            ui.Page("plugins", title=_("Plugins"), icon="puzzle", nav="settings", section=_("Organisation"), order=55,
                    permission="settings.manage", element="settings-plugins", module="plugins.js"),
            ui.Page("keys", title=_("API keys"), icon="key-round", nav="settings", section=_("Oversight"), order=70,
                    permission="keys.manage", element="settings-keys", module="keys.js"),
            ui.Page("webhooks", title=_("Webhooks"), icon="zap", nav="settings", section=_("Oversight"), order=72,
                    permission="webhooks.manage", element="settings-webhooks", module="webhooks.js"),
            ui.Page("frames", title=_("Embedded pages"), icon="panel-right", nav="settings", section=_("Oversight"),
                    order=74, permission="settings.manage", element="settings-frames", module="frames.js"),
            ui.Page("audit", title=_("Audit log"), icon="scroll-text", nav="settings", section=_("Oversight"),
                    order=80, permission="audit.read", element="settings-audit", module="audit.js"),
            ui.Page("journal", title=_("Journal"), icon="webhook", nav="settings", section=_("Oversight"), order=85,
                    permission="messages.explain", element="settings-journal", module="journal.js"),
            ui.Page("platform", title=_("Installation"), icon="server", nav="settings", section=_("Installation"),
                    order=90, permission="platform.manage", element="settings-platform", module="platform.js"),
        ]


plugin = Settings()
