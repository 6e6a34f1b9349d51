"""Everything about people that a web process serves, put together once."""

from dataclasses import dataclass

from core.auth.passwords import Passwords
from core.auth.permissions import Permissions
from core.db.pool import Database
from core.mail import Mail
from core.people.acceptance import Acceptance
from core.people.invitations import Invitations
from core.people.members import Members
from core.people.own_account import OwnAccount
from core.people.registration import Policy, Registration
from core.people.resets import Resets
from core.people.roles import Roles
from core.people.teams import Teams
from core.secrets import Vault


@dataclass(frozen=True, slots=True)
class People:
    """Who comes, by which door; who is there, with which rights."""

    registration: Registration
    invitations: Invitations
    acceptance: Acceptance
    resets: Resets
    own_account: OwnAccount
    members: Members
    roles: Roles
    teams: Teams

    @classmethod
    def of(cls, db: Database, vault: Vault, passwords: Passwords, permissions: Permissions, policy: Policy) -> "People":
        mail = Mail(vault)
        return cls(
            Registration(db, vault, passwords, policy), Invitations(db, mail, permissions),
            Acceptance(db, passwords, permissions), Resets(db, vault, mail, passwords),
            OwnAccount(db, mail, passwords), Members(db, permissions), Roles(db, permissions), Teams(db),
        )  # fmt: skip
