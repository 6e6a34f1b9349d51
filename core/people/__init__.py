"""How people come and how they get back in: registration, invitations, password resets. Each may send mail."""

from core.people.acceptance import Acceptance
from core.people.invitations import Invitations
from core.people.own_account import OwnAccount
from core.people.people import People
from core.people.registration import Policy, Registration
from core.people.resets import Resets

__all__ = ["Acceptance", "Invitations", "OwnAccount", "People", "Policy", "Registration", "Resets"]
