"""What each mail says, in English; the other languages are in locale/. A new mail is an entry here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

Template = Literal["invitation", "password_reset", "password_changed", "token_dead", "number_stopped",
                   "webhook_gone", "webhook_failing"]  # fmt: skip
_FIELD = re.compile(r"\{(\w+)\}")


def _(message: str) -> str:
    """Marks a text for tools/messages.py."""
    return message


@dataclass(frozen=True)
class Wording:
    """`{name}` stands for a value. `path` is where the button leads, below the public URL; a token goes into its
    fragment, which no server logs and no Referer tells."""

    subject: str
    lines: tuple[str, ...]
    button: str
    path: str
    closing: str

    @cached_property
    def names(self) -> frozenset[str]:
        """The values that have to be given."""
        return frozenset(_FIELD.findall(" ".join((self.subject, *self.lines, self.path, self.closing))))


WORDINGS: Final[Mapping[Template, Wording]] = {
    "invitation": Wording(
        subject=_("{inviter} invites you to {tenant}"),
        lines=(_("{inviter} invites you to answer the customers of {tenant} on WhatsApp, together with the team."),),
        button=_("Accept the invitation"),
        path="/invitation#{token}",
        closing=_("The link works once and for 24 hours. You did not expect it? Then do nothing: nothing will happen."),
    ),
    "password_reset": Wording(
        subject=_("Choose a new password"),
        lines=(_("Somebody, most likely you, asked for a new password for {email}."),),
        button=_("Choose a password"),
        path="/reset#{token}",
        closing=_("The link works once and for one hour. It was not you? Then do nothing: your password stays."),
    ),
    "password_changed": Wording(
        subject=_("Your password was changed"),
        lines=(_("The password of {email} was changed a moment ago, and every other device was logged out."),),
        button=_("It was not me"),
        path="/forgot",
        closing=_("It was you? Then there is nothing to do."),
    ),
    "token_dead": Wording(
        subject=_("{number} cannot send any more"),
        lines=(
            _("WhatsApp refuses the access token of {number} ({tenant}): {reason}."),
            _("Messages of the team wait in the queue. What customers write still arrives."),
        ),
        button=_("Give it a new token"),
        path="/settings/numbers",
        closing=_("This is told once. With a new token the queue goes on by itself."),
    ),
    "number_stopped": Wording(
        subject=_("{number} cannot send for now"),
        lines=(
            _("WhatsApp takes no messages of {number} ({tenant}): {reason}."),
            _("Messages of the team wait in the queue. What customers write still arrives."),
        ),
        button=_("See what to do"),
        path="/settings/numbers",
        closing=_("This is told once. From time to time it is tried whether WhatsApp takes messages again."),
    ),
    "webhook_gone": Wording(
        subject=_("The webhook {name} is off"),
        lines=(
            _("The address of the webhook {name} ({tenant}) answered that it is gone for good (410)."),
            _("Nothing more is sent to it. What happens meanwhile is kept, and follows once it is switched on again."),
        ),
        button=_("See what to do"),
        path="/settings.webhooks",
        closing=_("This is told once."),
    ),
    "webhook_failing": Wording(
        subject=_("The webhook {name} is off"),
        lines=(
            _("The address of the webhook {name} ({tenant}) has taken no event for five days."),
            _("Nothing more is sent to it. What happens meanwhile is kept, and follows once it is switched on again."),
        ),
        button=_("See what to do"),
        path="/settings.webhooks",
        closing=_("This is told once."),
    ),
}
