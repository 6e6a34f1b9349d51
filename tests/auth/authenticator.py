"""An authenticator in software, with the switches of an attacker: what it signs may be of another site, another
challenge, another person, or unverified."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://inbox.atlas.test"
_PRESENT, _VERIFIED, _BACKUP, _ATTESTED = 0x01, 0x04, 0x18, 0x40
Json = dict[str, Any]


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey. Each field is what it says of itself; the defaults are honest."""

    origin: str = ORIGIN
    rp_id: str | None = None
    challenge: str | None = None
    handle: bytes = b""
    counter: int = 0
    counts: bool = True
    verifies: bool = True
    present: bool = True
    backed_up: bool = False
    in_frame: bool = False
    credential_id: bytes = field(default_factory=lambda: token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: Json) -> Json:
        """As `navigator.credentials.create()` and `toJSON()`."""
        self.handle = self.handle or unb64(options["user"]["id"])
        auth_data = self._auth_data(options["rp"]["id"], _ATTESTED) + self._attested()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": auth_data})
        response = {"clientDataJSON": self._client_data("webauthn.create", options),
                    "attestationObject": b64(attestation), "transports": ["internal", "hybrid"]}  # fmt: skip
        return self._credential(response)

    def get(self, options: Json) -> Json:
        """As `navigator.credentials.get()` and `toJSON()`."""
        if self.counts:
            self.counter += 1
        auth_data, client_data = self._auth_data(options["rpId"]), self._client_data("webauthn.get", options)
        signed = auth_data + hashlib.sha256(unb64(client_data)).digest()
        response = {"clientDataJSON": client_data, "authenticatorData": b64(auth_data),
                    "signature": b64(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                    "userHandle": b64(self.handle)}  # fmt: skip
        return self._credential(response)

    def _credential(self, response: Json) -> Json:
        name = b64(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "authenticatorAttachment": "platform",
                "clientExtensionResults": {}, "response": response}  # fmt: skip

    def _client_data(self, kind: str, options: Json) -> str:
        challenge = options["challenge"] if self.challenge is None else self.challenge
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.in_frame}
        return b64(json.dumps(told).encode())

    def _auth_data(self, rp_id: str, flags: int = 0) -> bytes:
        flags |= (_PRESENT * self.present) | (_VERIFIED * self.verifies) | (_BACKUP * self.backed_up)
        site = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return site + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _attested(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public)
