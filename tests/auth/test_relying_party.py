"""Whatever an authenticator's answer is made of, it is genuine or it is not: nothing else may come out."""

import copy
from secrets import token_bytes
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.auth.relying_party import Known, NotGenuine, RelyingParty, names_of
from tests.auth.authenticator import ORIGIN, Authenticator, b64

PARTY = RelyingParty(ORIGIN)
NONCE = token_bytes(64)
PHONE = Authenticator()
CREATED = PHONE.create(PARTY.creation_options(NONCE, handle=b"h" * 32, email="a@b.test", name="A", have=()))
KEY = PARTY.registered(CREATED, NONCE).public_key
ANSWERED = PHONE.get(PARTY.request_options(NONCE))


@pytest.mark.parametrize(
    ("public_url", "rp_id", "origin"),
    [("https://inbox.atlas.ma", "inbox.atlas.ma", "https://inbox.atlas.ma"),
     ("https://Inbox.Atlas.ma:443", "inbox.atlas.ma", "https://inbox.atlas.ma"),
     ("https://inbox.atlas.ma:8443", "inbox.atlas.ma", "https://inbox.atlas.ma:8443"),
     ("http://localhost:8600", "localhost", "http://localhost:8600"),
     ("http://localhost:80", "localhost", "http://localhost")],
)  # fmt: skip
def test_the_site_is_the_public_url_as_browsers_spell_it(public_url: str, rp_id: str, origin: str) -> None:
    party = RelyingParty(public_url)
    assert (party.id, party.origin) == (rp_id, origin)


def test_honest_answers_are_genuine() -> None:
    assert PARTY.registered(CREATED, NONCE).credential_id == PHONE.credential_id
    assert PARTY.asserted(ANSWERED, NONCE, KEY).sign_count == 1
    assert names_of(ANSWERED) == (PHONE.credential_id, b"h" * 32)


def test_transports_we_do_not_know_are_left_out() -> None:
    told = copy.deepcopy(CREATED)
    told["response"]["transports"] = ["internal", "telepathy", 7]
    found = PARTY.registered(told, NONCE)
    assert found.transports == ["internal"]
    options = PARTY.request_options(NONCE, of=[Known(found.credential_id, found.transports)])
    assert options["allowCredentials"][0]["transports"] == ["internal"]


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=40), st.binary(max_size=80).map(b64),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)  # fmt: skip
FIELDS = ("id", "rawId", "type", "response", "response.clientDataJSON", "response.attestationObject",
          "response.authenticatorData", "response.signature", "authenticatorAttachment")  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FIELDS), JUNK)
def test_a_field_of_junk_is_not_genuine_and_never_an_error_of_ours(name: str, junk: Any) -> None:
    for honest, look in ((CREATED, lambda told: PARTY.registered(told, NONCE)),
                         (ANSWERED, lambda told: PARTY.asserted(told, NONCE, KEY))):  # fmt: skip
        told = copy.deepcopy(honest)
        place, _, last = name.rpartition(".")
        (told[place] if place else told)[last] = junk
        if told != honest and not _means_the_same(name, junk, honest):
            with pytest.raises(NotGenuine):
                look(told)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_byte_of_what_is_signed_can_change(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]))
    text = ANSWERED["response"][name]
    position = data.draw(st.integers(0, len(text) - 2))  # the last letter has bits that mean nothing
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
    told = copy.deepcopy(ANSWERED)
    told["response"][name] = text[:position] + letter + text[position + 1 :]
    if told != ANSWERED:
        with pytest.raises(NotGenuine):
            PARTY.asserted(told, NONCE, KEY)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=8), JUNK, max_size=4))
def test_junk_names_no_passkey(junk: dict[str, Any]) -> None:
    with pytest.raises(NotGenuine):
        names_of(junk)


def _means_the_same(name: str, junk: Any, honest: dict[str, Any]) -> bool:
    """Members that this kind of answer does not have, and an attachment of no consequence."""
    if name == "authenticatorAttachment":
        return not isinstance(junk, str)
    return name.startswith("response.") and name.partition(".")[2] not in honest["response"]
