"""Everything about people that a web process serves, put together once."""

from dataclasses import dataclass

from core.auth.passwords import Passwords
from core.auth.permissions import Permissions
from core.db.pool import Database
from core.mail import Mail
from core.people.acceptance import Acceptance
from core.people.invitations import Invitations
from core.people.own_account import OwnAccount
from core.people.registration import Policy, Registration
from core.people.resets import Resets
from core.secrets import Vault


@dataclass(frozen=True, slots=True)
class People:
    """Who comes, by which door."""

    registration: Registration
    invitations: Invitations
    acceptance: Acceptance
    resets: Resets
    own_account: OwnAccount

    @classmethod
    def of(cls, db: Database, vault: Vault, passwords: Passwords, permissions: Permissions, policy: Policy) -> "People":
        mail = Mail(vault)
        return cls(
            Registration(db, vault, passwords, policy), Invitations(db, mail, permissions),
            Acceptance(db, passwords, permissions), Resets(db, vault, mail, passwords),
            OwnAccount(db, mail, passwords),
        )  # fmt: skip
