"""WebAuthn from the server's side: what browsers are asked, and whether an authenticator's answer is genuine.

Passkeys only: discoverable, and the person proves to the authenticator who they are, so that one counts as both
factors. Attestation is not asked for: it would tell us the maker of a person's device, and we refuse none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.auth.challenges import SECONDS

_PORTS: Final = {"http": 80, "https": 443}
# What the library lets through besides its own errors when base64, CBOR or keys are not what they should be.
_MALFORMED: Final = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
Found = TypeVar("Found")


class NotGenuine(Exception):
    """The answer is not of this challenge, this site, this key, or no answer at all. Says which, for the log."""


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey as browsers are told of it."""

    credential_id: bytes
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool
    transports: list[str]


@dataclass(frozen=True, slots=True)
class Asserted:
    """A passkey that was used. `sign_count` 0: this authenticator does not count."""

    sign_count: int
    backed_up: bool


class RelyingParty:
    """This installation, to authenticators. `public_url` is where browsers find it: passkeys are bound to its host."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
        self.id = parts.hostname or ""
        self.origin = f"{parts.scheme}://{self.id}{port}"

    def creation_options(
        self, nonce: bytes, *, handle: bytes, email: str, name: str, have: Sequence[Known]
    ) -> dict[str, Any]:
        """For `PublicKeyCredential.parseCreationOptionsFromJSON`. `have`: what the person has already."""
        return options_to_json_dict(generate_registration_options(
            rp_id=self.id, rp_name="Comptoir", user_id=handle, user_name=email, user_display_name=name,
            challenge=nonce, timeout=SECONDS * 1000, exclude_credentials=_descriptors(have),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        ))  # fmt: skip

    def request_options(self, nonce: bytes, *, of: Sequence[Known] = ()) -> dict[str, Any]:
        """For `PublicKeyCredential.parseRequestOptionsFromJSON`. `of` nobody: whoever is at the device chooses."""
        return options_to_json_dict(generate_authentication_options(
            rp_id=self.id, challenge=nonce, timeout=SECONDS * 1000, allow_credentials=_descriptors(of),
            user_verification=UserVerificationRequirement.REQUIRED,
        ))  # fmt: skip

    def registered(self, credential: Mapping[str, Any], nonce: bytes) -> Registered:
        """What `credentials.create()` answered to this challenge. Raises NotGenuine."""
        return _checked(lambda: self._registered(dict(credential), nonce))

    def asserted(self, credential: Mapping[str, Any], nonce: bytes, public_key: bytes) -> Asserted:
        """What `credentials.get()` answered to this challenge. Raises NotGenuine. The counter is the caller's to check:
        there, two answers at once are told apart."""
        return _checked(lambda: self._asserted(dict(credential), nonce, public_key))

    def _registered(self, credential: dict[str, Any], nonce: bytes) -> Registered:
        parsed = parse_registration_credential_json(credential)
        _refuse_frames(parsed.response.client_data_json)
        found = verify_registration_response(
            credential=parsed, expected_challenge=nonce, expected_rp_id=self.id, expected_origin=self.origin,
            require_user_verification=True,
        )  # fmt: skip
        transports = [transport.value for transport in parsed.response.transports or ()]
        return Registered(found.credential_id, found.credential_public_key, found.sign_count,
                          found.credential_backed_up, transports)  # fmt: skip

    def _asserted(self, credential: dict[str, Any], nonce: bytes, public_key: bytes) -> Asserted:
        parsed = parse_authentication_credential_json(credential)
        _refuse_frames(parsed.response.client_data_json)
        found = verify_authentication_response(
            credential=parsed, expected_challenge=nonce, expected_rp_id=self.id, expected_origin=self.origin,
            credential_public_key=public_key, credential_current_sign_count=0, require_user_verification=True,
        )  # fmt: skip
        return Asserted(found.new_sign_count, found.credential_backed_up)


def names_of(credential: Mapping[str, Any]) -> tuple[bytes, bytes | None]:
    """(credential id, user handle) that an assertion claims: to find the key that proves it. Raises NotGenuine."""
    parsed = _checked(lambda: parse_authentication_credential_json(dict(credential)))
    return parsed.raw_id, parsed.response.user_handle


def _descriptors(known: Sequence[Known]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(one.credential_id, transports=[AuthenticatorTransport(t) for t in one.transports])
        for one in known
    ]


def _refuse_frames(client_data: bytes) -> None:
    """Our pages stand in nobody's frame, so nobody's frame signs for them."""
    if parse_client_data_json(client_data).cross_origin:
        raise NotGenuine("asked from inside another site's page")


def _checked(look: Callable[[], Found]) -> Found:
    try:
        return look()
    except _MALFORMED as error:
        raise NotGenuine(f"{type(error).__name__}: {error}") from error
