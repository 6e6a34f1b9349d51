"""What is pushed can be read by the subscribed browser alone, and push services know who sends it."""

import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from core.push.sealing import Keys, NoAddress, decoded, encoded, seal
from core.push.vapid import Sender, contact_of

# RFC 8291, section 5 and appendix A.
_PLAIN = b"When I grow up, I want to be a watermelon"
_AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
_UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
_AUTH, _SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
_BODY = ("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZI"
         "IgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXz"
         "tLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")  # fmt: skip


def test_a_message_is_sealed_as_the_rfc_shows_it() -> None:
    private = ec.derive_private_key(int.from_bytes(decoded(_AS_PRIVATE), "big"), ec.SECP256R1())
    sealed = seal(_PLAIN, Keys.of(_UA_PUBLIC, _AUTH), private=private, salt=decoded(_SALT))
    assert encoded(sealed) == _BODY


def test_each_message_has_a_key_of_its_own() -> None:
    keys = Keys.of(_UA_PUBLIC, _AUTH)
    assert seal(_PLAIN, keys)[:86] != seal(_PLAIN, keys)[:86]


@pytest.mark.parametrize(("p256dh", "auth"), [("AAAA", _AUTH), (_UA_PUBLIC, "AAAA"), ("no key!", _AUTH)])
def test_what_is_no_subscription_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(NoAddress):
        Keys.of(p256dh, auth)


def test_the_sender_signs_for_the_push_service_alone_and_stays_the_same() -> None:
    sender = Sender(b"\x07" * 32, "https://inbox.atlas.ma")
    assert sender.public_key == Sender(b"\x07" * 32, "").public_key
    told = sender.authorization("https://push.example:8443/send/a-secret-address")
    token = told.removeprefix("vapid t=").partition(",")[0]
    head, claims, signature = token.split(".")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(sender.public_key))
    r, s = (int.from_bytes(half, "big") for half in (decoded(signature)[:32], decoded(signature)[32:]))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said = json.loads(decoded(claims))
    assert (said["aud"], said["sub"]) == ("https://push.example:8443", "https://inbox.atlas.ma")
    assert told.endswith(f"k={sender.public_key}")
    assert contact_of("http://127.0.0.1:8000") == "mailto:push@127.0.0.1"
