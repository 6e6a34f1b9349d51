"""docker-compose.yml, deploy/ and the Dockerfile agree with each other and with the program they start."""

import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.nginx import CHECKOUT, DEPLOY, command, find_nginx, lay_out
from core import cli
from core.config import load
from core.http.bodies import LARGE, MB

_COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
_SERVICES: dict[str, dict[str, Any]] = _COMPOSE["services"]
_OURS = {name: one for name, one in _SERVICES.items() if "build" in one}
_PORTS = {"web": 8600, "receiver": 8601}
_SERVER = re.compile(r"^\s*server (\S+):(\d+)", re.MULTILINE)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's: Nginx's workers may be another user, who may not enter that."""
    made = Path(tempfile.mkdtemp(prefix="comptoir-nginx-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def test_nginx_takes_the_configuration_that_is_shipped(folder: Path) -> None:
    nginx = find_nginx()
    here = {f"{host}:{port}": f"127.0.0.1:{port}" for host, port in _upstreams()}
    configuration = lay_out(folder, (18080, 18443), here)
    told = subprocess.run([*command(nginx, configuration), "-t"], env=nginx.environment(), capture_output=True,
                          text=True)  # fmt: skip
    assert "test is successful" in told.stderr, told.stderr
    assert "[emerg]" not in told.stderr


def _upstreams() -> list[tuple[str, int]]:
    return [(host, int(port)) for host, port in _SERVER.findall((DEPLOY / "upstreams.conf").read_text())]


def test_nginx_asks_each_receiver_and_web_process_there_is_on_its_port() -> None:
    served = [(name, _PORTS[name.split("-")[0]]) for name in _OURS if name.split("-")[0] in _PORTS]
    assert sorted(_upstreams()) == sorted(served)
    assert len([name for name, _ in served if name.startswith("web")]) == 2
    assert len([name for name, _ in served if name.startswith("receiver")]) == 2


def test_nginx_lets_through_bodies_as_long_as_the_program_takes() -> None:
    told = (DEPLOY / "nginx.conf").read_text()
    for (method, path), longest in LARGE.items():
        room = re.search(rf"location = {re.escape(path)} \{{[^}}]*client_max_body_size (\d+)m;", told)
        assert room is not None, (method, path)
        assert int(room[1]) * MB >= longest
    assert "client_max_body_size 1m;" in told
    assert "client_max_body_size 3m;" in told


def test_what_is_mounted_into_nginx_is_what_its_configuration_includes() -> None:
    mounted = {one.split(":")[1].removeprefix("/etc/nginx/") for one in _SERVICES["nginx"]["volumes"]}
    included = set(re.findall(r"include (\S+);", (DEPLOY / "nginx.conf").read_text()))
    assert {"nginx.conf", "tls", *included} <= mounted
    for one in _SERVICES["nginx"]["volumes"]:
        source = one.split(":")[0]
        assert not source.startswith("./deploy/") or source == "./deploy/tls" or (CHECKOUT / source).exists()


def test_every_container_runs_a_command_of_the_program_and_is_restarted() -> None:
    assert sorted(name for name in _OURS) == ["migrate", "receiver-1", "receiver-2", "web-1", "web-2", "worker-1",
                                              "worker-2"]  # fmt: skip
    for name, service in _OURS.items():
        [word] = service["command"]
        assert word in {*cli.PROCESSES, "migrate"}
        assert word == name.split("-")[0]
    for name, service in _SERVICES.items():
        assert service["restart"] == ("on-failure" if name == "migrate" else "unless-stopped"), name
        assert name == "migrate" or service["healthcheck"]["test"], name
        assert "networks" in service, name


def test_the_environment_of_the_containers_makes_valid_settings(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("server: {mode: production, public_url: 'https://inbox.example.org'}\n")
    told = {name: re.sub(r"\$\{\w+:\?[^}]*\}", secrets.token_hex(32), value)
            for name, value in _COMPOSE["x-comptoir"]["environment"].items()}  # fmt: skip
    told = {name: re.sub(r"\$\{\w+:-\}", "", value) for name, value in told.items()}
    settings = load({**told, "COMPTOIR_DATA": str(tmp_path)}, tmp_path / "config.yaml")
    assert settings.database_outside
    assert settings.valkey_outside
    assert settings.storage.kind == "s3"
    assert settings.server.host == "0.0.0.0"  # noqa: S104 - inside the containers' own network
    assert (settings.ports.web, settings.ports.receiver, settings.ports.worker) == (8600, 8601, 8605)
    assert settings.metrics.token is None
    assert settings.sentry.dsn is None


def test_a_container_is_given_longer_to_stop_than_its_process_takes() -> None:
    for name, seconds in {"receiver": 31, "web": 31, "worker": 15 + 1 + 10 + 5}.items():
        assert int(_SERVICES[f"{name}-1"]["stop_grace_period"].removesuffix("s")) > seconds, name


def test_the_secrets_of_the_store_are_those_of_the_processes() -> None:
    store, ours = _SERVICES["s3"]["environment"], _COMPOSE["x-comptoir"]["environment"]
    assert store["GARAGE_DEFAULT_ACCESS_KEY"] == ours["S3_ACCESS_KEY_ID"]
    assert store["GARAGE_DEFAULT_SECRET_KEY"] == ours["S3_SECRET_ACCESS_KEY"]
    assert store["GARAGE_DEFAULT_BUCKET"] == ours["S3_BUCKET"]
    assert f's3_region = "{ours["S3_REGION"]}"' in (DEPLOY / "garage.toml").read_text()


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    told = (CHECKOUT / "Dockerfile").read_text()
    assert len(re.findall(r"^FROM ", told, re.MULTILINE)) == 2
    assert "\nUSER comptoir\n" in told
    assert '"core.alive"]' in told


def _units() -> list[Path]:
    return sorted((DEPLOY / "systemd").glob("*.service"))


def test_the_units_start_the_same_commands() -> None:
    words = {path.name: re.findall(r"ExecStart=.* -m core\.cli (\w+)", path.read_text()) for path in _units()}
    assert words == {"comptoir-migrate.service": ["migrate"], "comptoir-receiver@.service": ["receiver"],
                     "comptoir-web@.service": ["web"], "comptoir-worker@.service": ["worker"]}  # fmt: skip


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Where there is none, its files are read as far as anybody can: sections, and one value a line."""
    for path in _units():
        assert re.findall(r"^\[(.*)\]$", path.read_text(), re.MULTILINE)[:2] == ["Unit", "Service"]
        assert [line for line in path.read_text().splitlines() if line and not re.match(r"[#\[]|[A-Z]\w+=", line)] == []
    if shutil.which("systemd-analyze") is None:
        return
    for path in _units():
        there = path.read_text().replace("/opt/comptoir/.venv/bin/python", "/bin/true")
        (tmp_path / path.name).write_text(there)
    told = subprocess.run(["systemd-analyze", "verify", "--man=no", *tmp_path.glob("*.service")], capture_output=True,
                          text=True)  # fmt: skip
    complaints = [line for line in told.stderr.splitlines() if "comptoir-" in line]
    assert complaints == []
