from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from core import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_carries_its_request_tenant_and_wamid(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("web", "key")
    with logs.bound(request_id="r1", tenant="atlas", wamid="wamid.X"):
        structlog.get_logger().info("stored", count=2)
        logging.getLogger("a.library").warning("slow by %d ms", 5)
    first, second = lines(capsys)
    assert first == {**first, "process": "web", "event": "stored", "count": 2, "tenant": "atlas", "level": "info"}
    assert second == {**second, "event": "slow by 5 ms", "request_id": "r1", "wamid": "wamid.X", "level": "warning"}


@pytest.mark.parametrize(
    "name", ["body", "text", "access_token", "Authorization", "password", "app_secret", "cookie", "dsn", "raw_payload"]
)
def test_contents_and_secrets_are_dropped_at_any_depth(capsys: pytest.CaptureFixture[str], name: str) -> None:
    logs.configure("web", "key")
    structlog.get_logger().info("seen", **{name: "hush-hush"}, message={"id": "1", "parts": [{name: "hush-hush"}]})
    said = json.dumps(lines(capsys))
    assert "hush-hush" not in said
    assert '"id": "1"' in said


def test_a_phone_is_a_keyed_hash_and_the_same_however_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("web", "key")
    structlog.get_logger().info("a", phone="+212 600 000 001", phone_number_id="106540352242922")
    structlog.get_logger().info("b", phone="212600000001")
    first, second = lines(capsys)
    assert first["phone"] == second["phone"] != "212600000001"
    assert first["phone_number_id"] == "106540352242922"
    logs.configure("web", "another key")
    structlog.get_logger().info("c", phone="212600000001")
    assert lines(capsys)[0]["phone"] != first["phone"]


def test_an_exception_shows_its_frames_and_first_line_only(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("web", "key")
    try:
        try:
            raise ValueError("\n".join(["duplicate key", f"DETAIL:  Failing row contains ({'-'.join(2 * ['hush'])})"]))
        except ValueError as error:
            raise RuntimeError("not stored") from error
    except RuntimeError:
        logging.getLogger("a").exception("failed")
    said = lines(capsys)[0]
    assert "hush-hush" not in json.dumps(said)
    assert "ValueError: duplicate key" in said["exception"]
    assert said["exception"].endswith("RuntimeError: not stored")


def test_what_a_line_is_given_beside_its_words_is_in_it_under_the_same_rules(
    capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("worker", "key")
    logging.getLogger("x").info("send attempt", extra={"attempt_id": "4711", "phone": "212611223344", "body": "hi"})
    [line] = lines(capsys)
    assert line["attempt_id"] == "4711"
    assert line["phone"] not in ("212611223344", None)
    assert "body" not in line
