import xml.etree.ElementTree as ElementTree
from base64 import b32encode

import pyotp
import pytest

from core.auth import qr, totp

SECRET = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_the_codes_are_those_of_the_standard(at: int, code: str) -> None:
    """RFC 6238, appendix B, its last six digits."""
    assert totp.step_of(SECRET, code, at) == at // 30


def test_a_code_is_good_a_step_early_and_a_step_late_and_names_its_own_step() -> None:
    code = pyotp.TOTP(SECRET).at(3000)
    assert [totp.step_of(SECRET, code, at) for at in (2940, 2970, 3000, 3030, 3060)] == [None, 100, 100, 100, None]


def test_codes_are_read_as_people_type_them() -> None:
    assert totp.as_digits("123 456") == totp.as_digits(" 123456\n") == "123456"
    assert totp.as_digits("١٢٣٤٥٦") == totp.as_digits("۱۲۳۴۵۶") == totp.as_digits("１２３４５６") == "123456"


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "½½½½½½", "²³¹²³¹", "-12345", "1e5+00", "ab12-cd34"]
)
def test_what_is_no_code_is_refused_before_anything_is_computed(typed: str) -> None:
    assert totp.as_digits(typed) is None
    assert totp.step_of(SECRET, typed, 0.0) is None


def test_secrets_have_160_bits_and_never_come_twice() -> None:
    made = {totp.fresh_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(len(pyotp.TOTP(secret).byte_secret()) == 20 for secret in made)


def test_the_address_is_what_apps_read() -> None:
    uri = totp.address_of(SECRET, "salma@atlas.ma", "Comptoir inbox.atlas.ma")
    read = pyotp.parse_uri(uri)
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.issuer, read.name, read.digits, read.interval) == (
        SECRET, "Comptoir inbox.atlas.ma", "salma@atlas.ma", 6, 30
    )  # fmt: skip


def test_the_drawing_stands_alone_and_can_be_scanned_on_a_dark_page() -> None:
    drawing = qr.svg(totp.address_of(SECRET, "salma@atlas.ma", "Comptoir"))
    root = ElementTree.fromstring(drawing)  # noqa: S314 - we made it
    assert {node.tag.rpartition("}")[2] for node in root.iter()} == {"svg", "path"}
    assert "viewBox" in root.attrib
    assert "width" not in root.attrib
    assert "#fff" in drawing
    assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")
    assert SECRET not in drawing
