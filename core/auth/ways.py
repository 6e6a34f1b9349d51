"""Every way in, put together once for a web process."""

from dataclasses import dataclass

from core.auth.access_tokens import AccessTokens
from core.auth.attempts import LoginAttempts
from core.auth.authenticator_app import AuthenticatorApp
from core.auth.login import Login
from core.auth.own_factors import OwnFactors
from core.auth.own_passkeys import OwnPasskeys
from core.auth.passwords import Passwords
from core.auth.relying_party import RelyingParty
from core.auth.second_factor import SecondFactor
from core.db.pool import Database
from core.secrets import Vault


@dataclass(frozen=True, slots=True)
class Ways:
    """Passwords, the second factor, passkeys, and programs' access tokens."""

    login: Login
    second_factor: SecondFactor
    own_factors: OwnFactors
    own_passkeys: OwnPasskeys
    access_tokens: AccessTokens

    @classmethod
    def of(cls, db: Database, vault: Vault, public_url: str, passwords: Passwords, attempts: LoginAttempts) -> "Ways":
        """Passkeys are bound to the host of `public_url`, and tokens name it as their issuer."""
        party = RelyingParty(public_url)
        second_factor = SecondFactor(db, vault, AuthenticatorApp(vault), party)
        return cls(
            Login(db, passwords, attempts), second_factor, OwnFactors(db, second_factor, f"Comptoir {party.id}"),
            OwnPasskeys(db, party), AccessTokens(db, vault, public_url),
        )  # fmt: skip
