"""The code that makes the first person of a production installation: whoever can read the secret key can print it."""

import base64
import hashlib
import hmac

_LENGTH = 16


def setup_code(secret_key: str) -> str:
    """`XXXX-XXXX-XXXX-XXXX`, 80 bits, the same until the secret key changes."""
    raw = hmac.new(secret_key.encode(), b"comptoir setup code v1", hashlib.sha256).digest()
    text = base64.b32encode(raw).decode()[:_LENGTH]
    return "-".join(text[start : start + 4] for start in range(0, _LENGTH, 4))


def is_setup_code(given: str, code: str) -> bool:
    """Whether a person typed the code, with or without dashes, in any case. Takes the same time for every guess."""
    plain = given.replace("-", "").replace(" ", "").upper()
    return hmac.compare_digest(plain.encode(), code.replace("-", "").encode())
