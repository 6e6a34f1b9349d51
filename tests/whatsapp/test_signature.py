import hashlib
import hmac
import json
import unicodedata

import pytest

from core.whatsapp.signature import sign, verify

SECRET = "s3cr3t-of-the-app"
BODY = '{"object":"whatsapp_business_account","entry":[{"id":"1","text":"été \\u00e9"}]}'.encode()
GOOD = sign(SECRET, BODY)


def test_a_delivery_signed_with_the_secret_is_accepted() -> None:
    expected = "sha256=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    assert expected == GOOD
    assert verify([SECRET], BODY, GOOD)


def test_during_a_rotation_either_secret_signs() -> None:
    assert verify(["new", SECRET], BODY, GOOD)
    assert verify(["new", SECRET], BODY, sign("new", BODY))
    assert not verify(["new"], BODY, GOOD)


def test_the_signature_of_an_empty_body_counts() -> None:
    assert verify([SECRET], b"", sign(SECRET, b""))


SHA1 = "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()
FORGED: dict[str, tuple[list[str], bytes, str | None]] = {
    "no header": ([SECRET], BODY, None),
    "an empty header": ([SECRET], BODY, ""),
    "the prefix alone": ([SECRET], BODY, "sha256="),
    "no prefix": ([SECRET], BODY, GOOD.removeprefix("sha256=")),
    "the old sha1 header": ([SECRET], BODY, SHA1),
    "sha1 under the new prefix": ([SECRET], BODY, SHA1.replace("sha1", "sha256")),
    "one digit changed": ([SECRET], BODY, GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")),
    "one digit missing": ([SECRET], BODY, GOOD[:-1]),
    "one digit more": ([SECRET], BODY, GOOD + "0"),
    "a space after it": ([SECRET], BODY, GOOD + " "),
    "not hexadecimal": ([SECRET], BODY, "sha256=" + "z" * 64),
    "not ASCII": ([SECRET], BODY, "sha256=" + "é" * 64),
    "digits of another script": ([SECRET], BODY, unicodedata.lookup("FULLWIDTH DIGIT ONE") * 71),
    "another tenant's secret": (["other"], BODY, GOOD),
    "a changed body": ([SECRET], BODY.replace(b'"1"', b'"2"'), GOOD),
    "the same JSON written again": ([SECRET], json.dumps(json.loads(BODY)).encode(), GOOD),
    "a body with a newline more": ([SECRET], BODY + b"\n", GOOD),
    "no secret configured": ([], BODY, GOOD),
    "an empty secret that signed": ([""], BODY, sign("", BODY)),
    "the same signature twice": ([SECRET], BODY, f"{GOOD},{GOOD}"),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_delivery_is_refused(case: str) -> None:
    secrets, body, header = FORGED[case]
    assert not verify(secrets, body, header)
