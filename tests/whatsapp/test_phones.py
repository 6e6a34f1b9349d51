import pytest

from core.whatsapp.phones import canonical, is_phone


@pytest.mark.parametrize(
    ("told", "spelled"),
    [
        ("33612345678", "33612345678"),
        ("+33 6 12 34 56 78", "33612345678"),
        ("0033612345678", "33612345678"),
        ("+1 (555) 010-0100", "15550100100"),
        ("5215512345678", "525512345678"),
        ("525512345678", "525512345678"),
        ("5491112345678", "541112345678"),
        ("541112345678", "541112345678"),
        ("551187654321", "5511987654321"),
        ("5511987654321", "5511987654321"),
        ("551132654321", "551132654321"),
        ("5211234567", "5211234567"),
    ],
)
def test_a_phone_has_one_spelling(told: str, spelled: str) -> None:
    assert canonical(told) == spelled
    assert canonical(spelled) == spelled


def test_a_brazilian_landline_does_not_become_somebodys_mobile() -> None:
    assert canonical("551132654321") != canonical("5511932654321")


NO_PHONES = ["", "+", "1234", "1234567890123456", "US.1349", "abc", "٠١٢٣٤٥٦٧٨", "12345x", "１２３４５６"]


@pytest.mark.parametrize("told", NO_PHONES)
def test_what_is_no_phone_has_no_spelling(told: str) -> None:
    assert canonical(told) == ""
    assert not is_phone(told)


def test_a_phone_is_five_to_fifteen_digits() -> None:
    assert is_phone("12345")
    assert is_phone("+123456789012345")
