from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from core.http.text import Email, PersonName

EMAIL, NAME = TypeAdapter(Email), TypeAdapter(PersonName)


@given(st.text(max_size=30) | st.from_regex(r"[a-z.+\-\"(<@]{1,8}@[a-z.\-]{1,8}", fullmatch=True))
def test_every_address_we_take_is_one_that_can_be_written_to(text: str) -> None:
    try:
        address = EMAIL.validate_python(text)
    except ValidationError:
        return
    message = EmailMessage()
    message["To"] = Address(addr_spec=address)
    assert message["To"].addresses[0].addr_spec == address
    assert address == address.strip().lower()
    assert address.isascii()


@pytest.mark.parametrize("address", ["a@b.test", "Salma.Idrissi+inbox@Sub.Zagora.MA", "o'neil@x.test", "a@localhost"])
def test_the_usual_addresses_are_taken(address: str) -> None:
    assert EMAIL.validate_python(f" {address} ") == address.lower()


@given(st.text(max_size=90))
def test_a_name_is_one_line(text: str) -> None:
    try:
        name = NAME.validate_python(text)
    except ValidationError:
        return
    assert name.splitlines() == [name]
    assert 1 <= len(name) <= 80


@pytest.mark.parametrize("name", ["Salma", "سلمى الإدريسي", "Café d’Été", "Anne-Marie O'Neil", "株式会社"])
def test_names_of_everywhere_are_taken(name: str) -> None:
    assert NAME.validate_python(name) == name
