"""Every judgment by itself: what Meta answered, and what is made of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.messaging.doctor.finding import CHECKS, Finding
from core.messaging.doctor.number import judge_number, judge_waba
from core.messaging.doctor.reply import UNTRIED, NoWord, Told, Why
from core.messaging.doctor.surroundings import judge_clock, judge_secrets
from core.messaging.doctor.token import NEEDED, judge_token
from core.messaging.doctor.webhook import WANTED, judge_fields, judge_override, judge_subscription
from core.messaging.doctor.words import told
from core.whatsapp.answers import refusal
from core.whatsapp.errors import LOCALES

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
OURS = "https://inbox.example/webhooks/whatsapp/atlas"
ALIVE: dict[str, Any] = {"is_valid": True, "app_id": "9", "expires_at": 0, "scopes": list(NEEDED)}
CONNECTED: dict[str, Any] = {"id": "111", "status": "CONNECTED", "platform_type": "CLOUD_API"}


def no(code: int, subcode: int | None = None, details: str = "", http: int = 400) -> NoWord:
    error = {"code": code, "error_subcode": subcode, "error_data": {"details": details}}
    return NoWord("refused", refusal(http, error, {}))


def said(finding: Finding) -> tuple[str, str]:
    return finding.state, finding.words


def token(**changes: Any) -> tuple[str, str]:
    return said(judge_token(Told(ALIVE | changes), "300", "9", NOW))


def test_a_token_for_ever_with_both_permissions_is_well() -> None:
    assert token() == ("ok", "token.ok")
    assert token(granular_scopes=[{"scope": NEEDED[0], "target_ids": ["300", "301"]}]) == ("ok", "token.ok")
    assert token(granular_scopes=[{"scope": NEEDED[0]}, {"scope": "pages", "target_ids": ["1"]}]) == ("ok", "token.ok")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scopes": [NEEDED[0]]}, ("failed", "token.scopes")),
        ({"scopes": None}, ("failed", "token.scopes")),
        ({"granular_scopes": [{"scope": NEEDED[1], "target_ids": ["777"]}]}, ("failed", "token.other_waba")),
        ({"app_id": "10"}, ("failed", "token.other_app")),
        ({"is_valid": False, "error": {"code": 190, "subcode": 463}}, ("failed", "token.expired")),
        ({"is_valid": False, "error": {"code": 190, "subcode": 460}}, ("failed", "token.revoked")),
        ({"is_valid": False}, ("failed", "token.invalid")),
        ({"is_valid": "yes"}, ("unknown", "any.unreadable")),
        ({"expires_at": (NOW - timedelta(seconds=1)).timestamp()}, ("failed", "token.expired")),
        ({"expires_at": (NOW + timedelta(hours=20)).timestamp()}, ("warning", "token.expires_soon")),
        ({"expires_at": (NOW + timedelta(days=50)).timestamp()}, ("warning", "token.expires")),
        ({"data_access_expires_at": (NOW + timedelta(days=3)).timestamp()}, ("warning", "token.expires_soon")),
    ],
)  # fmt: skip
def test_a_token_that_will_not_do_is_found_out(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert token(**changes) == expected


def test_a_token_whose_end_was_not_told_is_not_called_well() -> None:
    without_end = {key: value for key, value in ALIVE.items() if key != "expires_at"}
    assert said(judge_token(Told(without_end), "300", None, NOW)) == ("warning", "token.no_end_told")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (no(190, 463), ("failed", "token.expired")),
        (no(190, 467), ("failed", "token.revoked")),
        (no(190), ("failed", "token.invalid")),
        (no(100, details="You must provide an app access token"), ("unknown", "token.not_told")),
        (no(200), ("unknown", "token.not_told")),
        (no(2, http=500), ("unknown", "any.trouble")),
        (NoWord("silent"), ("unknown", "any.silent")),
    ],
)
def test_a_refusal_of_the_token_itself_is_told_from_a_refusal_to_speak_of_it(
    reply: NoWord, expected: tuple[str, str]
) -> None:
    assert said(judge_token(reply, "300", "9", NOW)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("ok", "number.ok")),
        ({"status": "BANNED"}, ("failed", "number.stopped")),
        ({"status": "PENDING"}, ("failed", "number.pending")),
        ({"status": "FLAGGED"}, ("warning", "number.limited")),
        ({"status": "SOMETHING_NEW"}, ("unknown", "number.no_status")),
        ({"status": None}, ("unknown", "number.no_status")),
        ({"platform_type": "ON_PREMISE"}, ("failed", "number.not_cloud")),
        ({"health_status": {"can_send_message": "BLOCKED"}}, ("failed", "number.health_blocked")),
        ({"health_status": {"can_send_message": "LIMITED"}}, ("warning", "number.health_limited")),
    ],
)
def test_the_standing_of_a_number(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert [said(finding) for finding in judge_number(Told(CONNECTED | changes), "111")] == [expected]


def test_metas_own_cure_is_passed_on() -> None:
    error = {"error_code": 141006, "error_description": "No payment method.", "possible_solution": "Add one."}
    health = {"can_send_message": "BLOCKED", "entities": [{"entity_type": "WABA", "errors": [error]}]}
    [finding] = judge_number(Told(CONNECTED | {"health_status": health}), "111")
    assert told(finding, "en")["detail"] == "No payment method. Add one."


def test_quality_and_name_speak_for_themselves() -> None:
    number = CONNECTED | {"quality_rating": "RED", "name_status": "DECLINED"}
    assert [said(finding) for finding in judge_number(Told(number), "111")] == [
        ("ok", "number.ok"), ("warning", "number.name"), ("warning", "number.quality")]


def test_a_number_that_meta_does_not_know_is_no_trouble_of_metas() -> None:
    assert [said(f) for f in judge_number(no(100, 33), "111")] == [("failed", "number.unknown_id")]
    assert [said(f) for f in judge_number(no(803), "111")] == [("failed", "number.unknown_id")]


def test_a_number_must_be_one_of_the_accounts_own() -> None:
    account = Told({"id": "300", "name": "Atlas"})
    assert said(judge_waba(account, Told([{"id": "111"}]), "300", "111")) == ("ok", "waba.ok")
    other = judge_waba(account, Told([{"id": "7", "display_phone_number": "+212 5"}]), "300", "111")
    assert said(other) == ("failed", "waba.other")
    assert "+212 5 (7)" in told(other, "en")["detail"]
    assert said(judge_waba(no(100, 33), UNTRIED, "300", "111")) == ("failed", "waba.unknown_id")
    assert said(judge_waba(account, NoWord("silent"), "300", "111")) == ("unknown", "any.silent")


def app(app_id: str) -> dict[str, Any]:
    return {"whatsapp_business_api_data": {"id": app_id, "name": f"App {app_id}"}}


def test_our_app_must_be_among_those_that_hear() -> None:
    assert said(judge_subscription(Told([app("8"), app("9")]), "9")) == ("ok", "subscribed.ok")
    assert said(judge_subscription(Told([app("8")]), "9")) == ("failed", "subscribed.others")
    assert said(judge_subscription(Told([]), "9")) == ("failed", "subscribed.nobody")
    which = judge_subscription(Told([app("8")]), None)
    assert (said(which), which.act) == (("unknown", "subscribed.which"), "subscribe")


def test_messages_must_be_among_the_fields() -> None:
    def fields(*names: str, **more: Any) -> tuple[str, str]:
        one = {"object": "whatsapp_business_account", "active": True, "fields": [{"name": n} for n in names], **more}
        return said(judge_fields(Told([{"object": "page", "fields": [{"name": "messages"}]}, one])))

    assert fields(*WANTED) == ("ok", "fields.ok")
    assert fields("messages") == ("warning", "fields.missing")
    assert fields("account_update") == ("failed", "fields.no_messages")
    assert fields(*WANTED, active=False) == ("failed", "fields.no_messages")
    assert said(judge_fields(Told([]))) == ("failed", "fields.no_messages")
    assert said(judge_fields(UNTRIED)) == ("unknown", "fields.untried")
    assert said(judge_fields(no(190))) == ("unknown", "fields.secret_first")


def test_the_nearest_address_that_is_set_receives() -> None:
    def address(**levels: str) -> tuple[str, str]:
        return said(judge_override(Told({"webhook_configuration": levels}), {OURS}))

    assert address(application=OURS) == ("ok", "override.ok")
    assert address(application=OURS, whatsapp_business_account="https://a.test/") == (
        "failed", "override.whatsapp_business_account")
    assert address(application=OURS, phone_number="https://a.test/") == ("failed", "override.phone_number")
    assert address(application="https://a.test/", phone_number=OURS) == ("ok", "override.ok")
    assert address(application="https://a.test/") == ("failed", "override.application")
    assert address(application="") == ("failed", "override.none")
    assert said(judge_override(Told({}), {OURS})) == ("unknown", "override.not_told")


def test_a_foreign_address_is_shown_without_what_may_be_a_secret() -> None:
    levels = {"application": "https://me:word@a.test/hook?key=hidden"}
    finding = judge_override(Told({"webhook_configuration": levels}), {OURS})
    assert finding.values == {"url": "https://a.test/hook"}


WRONG_PROOF = no(100, details="Invalid appsecret_proof provided in the API argument")


def test_one_right_secret_is_enough_while_they_are_changed() -> None:
    right: Told[dict[str, Any]] = Told({})
    assert said(judge_secrets([right])) == ("ok", "app_secret.ok")
    assert said(judge_secrets([WRONG_PROOF, right])) == ("ok", "app_secret.rotating")
    assert said(judge_secrets([WRONG_PROOF])) == ("failed", "app_secret.wrong")
    assert said(judge_secrets([WRONG_PROOF, WRONG_PROOF])) == ("failed", "app_secret.all_wrong")
    assert said(judge_secrets([])) == ("failed", "app_secret.none")
    assert said(judge_secrets([NoWord("silent"), WRONG_PROOF])) == ("unknown", "any.silent")
    assert said(judge_secrets([no(190, 463)])) == ("unknown", "any.token_first")


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(0, ("ok", "clock.ok")), (60, ("ok", "clock.ok")), (-60, ("ok", "clock.ok")), (61, ("failed", "clock.ahead")),
     (-61, ("failed", "clock.behind"))],
)  # fmt: skip
def test_more_than_a_minute_is_too_much(ahead: int, expected: tuple[str, str]) -> None:
    assert said(judge_clock(Told(NOW), NOW + timedelta(seconds=ahead))) == expected


def test_a_clock_that_was_not_told_is_not_right() -> None:
    assert said(judge_clock(Told(None), NOW)) == ("unknown", "clock.not_told")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (NoWord("silent"), ("unknown", "any.silent")),
        (NoWord("unreachable"), ("unknown", "any.unreachable")),
        (NoWord("trouble"), ("unknown", "any.trouble")),
        (NoWord("unreadable"), ("unknown", "any.unreadable")),
        (NoWord("forbidden"), ("failed", "any.forbidden")),
        (NoWord("untrusted"), ("failed", "any.untrusted")),
        (no(190, 463), ("unknown", "any.token_first")),
        (no(10), ("failed", "any.permission")),
        (no(200), ("failed", "any.permission")),
        (no(4), ("unknown", "any.busy")),
        (no(2, http=503), ("unknown", "any.trouble")),
        (no(131031), ("failed", "any.refused")),
    ],
)
def test_no_word_is_never_good_news(reply: NoWord, expected: tuple[str, str]) -> None:
    found = [judge_waba(reply, reply, "300", "111"), judge_subscription(reply, "9"), judge_override(reply, {OURS}),
             judge_secrets([reply]), *judge_number(reply, "111")]  # fmt: skip
    assert {said(finding) for finding in found} == {expected}


KEYS = st.sampled_from([
    "is_valid", "scopes", "granular_scopes", "scope", "target_ids", "app_id", "expires_at", "error", "subcode", "id",
    "status", "health_status", "can_send_message", "entities", "errors", "error_description", "name_status", "object",
    "quality_rating", "throughput", "level", "webhook_configuration", "application", "phone_number", "fields", "name",
    "whatsapp_business_api_data", "display_phone_number", "platform_type", "data_access_expires_at",
])  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6,
)  # fmt: skip
OBJECTS = st.dictionaries(KEYS, ANYTHING, max_size=6)


@settings(max_examples=150, deadline=None)
@given(OBJECTS, st.lists(OBJECTS, max_size=3))
def test_whatever_meta_answers_is_judged_and_can_be_told(one: dict[str, Any], many: list[dict[str, Any]]) -> None:
    found = [judge_token(Told(one), "300", "9", NOW), *judge_number(Told(one), "111"),
             judge_waba(Told(one), Told(many), "300", "111"), judge_subscription(Told(many), "9"),
             judge_fields(Told(many)), judge_override(Told(one), {OURS})]  # fmt: skip
    for finding in found:
        assert finding.check in CHECKS
        for locale in LOCALES:
            assert told(finding, locale)["title"]


def test_every_why_has_its_words() -> None:
    for why in get_args(Why):
        if why != "refused":
            assert told(judge_subscription(NoWord(why), "9"), "fr")["cure"]
