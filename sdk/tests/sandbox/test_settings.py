"""Settings are read from the command line and the environment, and refused with their cure."""

import os
import signal
import socket
import subprocess
import sys
from typing import Any

import httpx2
import pytest
from comptoir_sdk.sandbox.settings import Settings, SettingsError, from_arguments

GIVEN: dict[str, str] = {
    "webhook_url": "http://127.0.0.1:8601/webhooks/whatsapp/demo", "app_secret": "s", "verify_token": "v",
    "phone_number_id": "1", "waba_id": "2", "token": "t",
}  # fmt: skip
ENVIRON = {f"COMPTOIR_SANDBOX_{name.upper()}": value for name, value in GIVEN.items()}


def test_the_environment_is_enough_and_the_command_line_wins() -> None:
    assert from_arguments([], ENVIRON).app_secret == "s"
    settings = from_arguments(["--app-secret", "other", "--port", "9000"], ENVIRON)
    assert (settings.app_secret, settings.port, settings.base_url) == ("other", 9000, "http://127.0.0.1:9000")


@pytest.mark.parametrize("name", GIVEN)
def test_a_missing_setting_is_named_with_its_flag_and_variable(name: str) -> None:
    with pytest.raises(SettingsError, match=f"--{name.replace('_', '-')} or set COMPTOIR_SANDBOX_{name.upper()}"):
        from_arguments([], {key: value for key, value in ENVIRON.items() if key != f"COMPTOIR_SANDBOX_{name.upper()}"})


@pytest.mark.parametrize(
    "change",
    [{"webhook_url": "http://example.com/hook"}, {"webhook_url": "file:///etc/passwd"}, {"host": "192.0.2.1"},
     {"webhook_url": "http://127.0.0.1.example.com/"}],
)  # fmt: skip
def test_what_leaves_this_machine_wants_allow_remote(change: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Settings(**{**GIVEN, **change})


def test_allow_remote_opens_both_ways() -> None:
    remote: dict[str, Any] = {**GIVEN, "webhook_url": "https://example.com/hook", "host": "192.0.2.1"}
    assert Settings(**remote, allow_remote=True).host == "192.0.2.1"


def test_the_program_serves_on_an_inherited_socket_and_stops_on_sigterm() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    command = [sys.executable, "-m", "comptoir_sdk.sandbox", "--fd", str(listener.fileno())]
    program = subprocess.Popen(command, env=os.environ | ENVIRON, pass_fds=[listener.fileno()], stderr=subprocess.PIPE)
    try:
        # The socket listens already, so the request waits for the program instead of being refused.
        answer = httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=20, trust_env=False)
        assert answer.json()["status"] == "ok"
        program.send_signal(signal.SIGTERM)
        _, said = program.communicate(timeout=10)
        assert program.returncode == 0, said
        assert b"Traceback" not in said
    finally:
        program.kill()
        program.wait()
        listener.close()


def test_the_program_says_what_is_missing_and_exits_with_2() -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COMPTOIR_SANDBOX_")}
    command = [sys.executable, "-m", "comptoir_sdk.sandbox"]
    ended = subprocess.run(command, env=bare, capture_output=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert b"webhook_url is missing: give --webhook-url" in ended.stderr
