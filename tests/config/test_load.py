from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.config import ConfigError, Settings, load

GOOD_KEY = "nVq3-tGx7Lr2ZbWc9KfYp4HsMd8JaQeU"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return path


def loaded(tmp_path: Path, text: str = "", **env: str) -> Settings:
    return load({"COMPTOIR_DATA": str(tmp_path / "var"), **env}, written(tmp_path, text))


def problems(tmp_path: Path, text: str = "", **env: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text, **env)
    return str(caught.value)


def test_the_file_of_the_repository_is_valid(tmp_path: Path) -> None:
    settings = load({"COMPTOIR_DATA": str(tmp_path)})
    assert settings.plugins.enabled("atlas", "inbox")
    assert settings.public_url == "http://localhost:8600"


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    assert (settings.ports.web, settings.ports.receiver, settings.ports.valkey) == (8600, 8601, 8604)
    assert settings.storage.path == tmp_path / "var" / "media"
    assert not settings.production


def test_numbers_may_name_the_sandbox_in_development_and_nothing_that_is_allowed_to_others(tmp_path: Path) -> None:
    own = "egress: {allow: [minio.internal], graph: [proxy.internal]}"
    assert loaded(tmp_path, own).egress.graph == ("proxy.internal", "127.0.0.1:8602")
    live = loaded(tmp_path, own + "\nserver: {mode: production, public_url: 'https://inbox.example'}",
                  COMPTOIR_SECRET_KEY=GOOD_KEY, DATABASE_URL="postgresql://a:nVq3tGx7Lr2ZbWc9@db/c",
                  VALKEY_URL="redis://:nVq3tGx7Lr2ZbWc9@valkey/0")  # fmt: skip
    assert live.egress.graph == ("proxy.internal",)


def test_an_unknown_key_is_refused_with_its_line_and_a_suggestion(tmp_path: Path) -> None:
    said = problems(tmp_path, "server:\n  host: 0.0.0.0\n  web_sever: uvicorn\n")
    assert f"{tmp_path}/config.yaml:3: server.web_sever: unknown key; did you mean 'web_server'?" in said


def test_an_unknown_key_of_a_tenant_is_refused_too(tmp_path: Path) -> None:
    said = problems(tmp_path, "tenants:\n  dune-travel:\n    plugin: {}\n")
    assert "config.yaml:3: tenants.dune-travel.plugin: unknown key; did you mean 'plugins'?" in said


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    said = problems(tmp_path, "server: {port: many}\nsending:\n  uncertain: {then: pray}\n")
    assert "config.yaml:1: server.port:" in said
    assert "config.yaml:3: sending.uncertain.then:" in said
    assert "'pray'" in said


def test_limits_have_figures_of_the_operators_own(tmp_path: Path) -> None:
    limits = loaded(tmp_path, "limits:\n  read: {person: 100/s, tenant: null}\n  login: {address: 500/5m}\n").limits
    assert {rule.by: (rule.quota, rule.seconds) for rule in limits["read"]} == {
        "address": (60_000, 60), "person": (100, 1), "key": (30_000, 60)}  # fmt: skip
    assert next(rule for rule in limits["login"] if rule.by == "address").seconds == 300


@pytest.mark.parametrize(("text", "told"), [
    ("limits: {reed: {person: 1/s}}", "there is no limit 'reed'"),
    ("limits: {login: {tenant: 1/s}}", "the limit login counts by address, address+email, email, not by tenant"),
    ("limits: {login: {address: many}}", "as in 50/5m"),
    ("limits: {login: {address: 0/s}}", "as in 50/5m"),
    ("limits: {login: {planet: 1/s}}", "limits.login"),
])  # fmt: skip
def test_a_limit_that_makes_no_sense_is_refused(tmp_path: Path, text: str, told: str) -> None:
    assert told in problems(tmp_path, text)


def test_a_tenants_plugin_must_be_installed(tmp_path: Path) -> None:
    said = problems(tmp_path, "plugins: {inbox: {}}\ntenants:\n  atlas: {plugins: [inbocks]}\n")
    assert "plugin 'inbocks' is not under plugins" in said
    assert "did you mean 'inbox'?" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("server: [", "config.yaml:1: no valid YAML"),
        ("- a\n", "must be a mapping"),
        ("server: {port: 1}\nserver: {port: 2}\n", "config.yaml:2: server: said twice, first on line 1"),
        ("server: 5\n", "server"),
        ("tenants: {Not_A_Slug: {}}\n", "tenants.Not_A_Slug"),
        ("storage: {kind: s3}\n", "storage.s3.bucket"),
    ],
)
def test_what_cannot_be_read_says_where(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in problems(tmp_path, text)


def test_an_absent_file_is_named_with_the_variable_that_moves_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such file; COMPTOIR_CONFIG"):
        load({"COMPTOIR_CONFIG": str(tmp_path / "nowhere.yaml")})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "server: {port: 7000}\nstorage: {s3: {bucket: filed}}\n",
        COMPTOIR_PORT="9100",
        DATABASE_URL="postgresql://u:p@db.example:5432/app",
        VALKEY_URL="valkey://cache.example:6379/0",
        S3_ENDPOINT_URL="http://s3.example:9000",
        S3_BUCKET="named",
        S3_ACCESS_KEY_ID="id",
        S3_SECRET_ACCESS_KEY="hidden",
    )
    assert settings.ports.sandbox == 9102
    assert (settings.storage.kind, settings.storage.s3.bucket) == ("s3", "named")
    assert settings.database_outside
    assert settings.valkey_url == "redis://cache.example:6379/0"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPTOIR_PORT", "eighty"),
        ("COMPTOIR_PORT", "70000"),
        ("DATABASE_URL", "mysql://u@h/d"),
        ("DATABASE_URL", "postgresql://u:p@h:5432"),
        ("DATABASE_URL", "postgresql://u:p@h:port/d"),
        ("VALKEY_URL", "localhost:6379"),
    ],
)
def test_a_bad_variable_is_named(tmp_path: Path, name: str, value: str) -> None:
    assert problems(tmp_path, **{name: value}).startswith(f"{name}: ")


def test_no_secret_is_shown(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        DATABASE_URL="postgresql://u:dbpass@h/d",
        COMPTOIR_SECRET_KEY=GOOD_KEY,
        S3_BUCKET="b",
        S3_ACCESS_KEY_ID="id",
        S3_SECRET_ACCESS_KEY="s3pass",
    )
    shown = repr(settings)
    assert not any(secret in shown for secret in ("dbpass", GOOD_KEY, "s3pass"))
    assert "8secret8" not in problems(tmp_path, "storage: {s3: {secret_key: [8secret8]}}")


def test_development_makes_one_key_and_keeps_it(tmp_path: Path) -> None:
    first = loaded(tmp_path).secret_key
    assert loaded(tmp_path).secret_key == first
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("key", ["", "short", "change-me-change-me-change-me-change-me", "a" * 40])
def test_production_refuses_no_key_and_sample_keys(tmp_path: Path, key: str) -> None:
    said = problems(tmp_path, "server: {mode: production}", COMPTOIR_SECRET_KEY=key)
    assert said.startswith("COMPTOIR_SECRET_KEY: ")
    assert "token_urlsafe" in said


@pytest.mark.parametrize("previous", ["short", f"{GOOD_KEY}x,change-me-change-me-change-me-change-me"])
def test_production_refuses_sample_keys_that_only_open(tmp_path: Path, previous: str) -> None:
    said = problems(tmp_path, "server: {mode: production}", COMPTOIR_SECRET_KEY=GOOD_KEY,
                    COMPTOIR_SECRET_KEY_PREVIOUS=previous)  # fmt: skip
    assert said.startswith("COMPTOIR_SECRET_KEY_PREVIOUS: ")


def test_production_refuses_sample_keys_of_the_ring_file(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret.key").write_text(f"{GOOD_KEY}\nan old key that is too plain\n")
    assert "secret.key, line 2" in problems(tmp_path, "server: {mode: production}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPTOIR_SMTP_PASSWORD", "changeme"),
        ("S3_SECRET_ACCESS_KEY", "example-secret"),
        ("DATABASE_URL", "postgresql://comptoir:p%61ssword@db/comptoir"),
        ("VALKEY_URL", "redis://:default@valkey:6379/0"),
    ],
)
def test_production_refuses_sample_passwords_of_services(tmp_path: Path, name: str, value: str) -> None:
    given = {"COMPTOIR_SECRET_KEY": GOOD_KEY, name: value}
    said = problems(tmp_path, "server: {mode: production}", **given)
    assert said.startswith(name)
    assert "sample password" in said
    assert value not in said
    loaded(tmp_path, "server: {mode: development}", **given)


def test_the_environments_keys_come_in_order_and_those_of_the_file_too(tmp_path: Path) -> None:
    named = loaded(tmp_path, COMPTOIR_SECRET_KEY=GOOD_KEY, COMPTOIR_SECRET_KEY_PREVIOUS=" older , oldest,")
    assert (named.key_ring.read(), named.key_ring.file, named.secret_key) == ((GOOD_KEY, "older", "oldest"), None,
                                                                              GOOD_KEY)  # fmt: skip
    made = loaded(tmp_path)
    made.key_ring.write(["newer", *made.key_ring.read()])
    assert loaded(tmp_path).key_ring.read() == ("newer", made.secret_key)
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600


def test_previous_keys_need_a_current_one(tmp_path: Path) -> None:
    assert "needs COMPTOIR_SECRET_KEY" in problems(tmp_path, COMPTOIR_SECRET_KEY_PREVIOUS=GOOD_KEY)


def test_an_emptied_ring_is_not_filled_with_another_key(tmp_path: Path) -> None:
    loaded(tmp_path).key_ring.write([])
    assert "is empty" in problems(tmp_path)


def test_production_starts_with_a_key_of_its_own(tmp_path: Path) -> None:
    assert loaded(tmp_path, "server: {mode: production}", COMPTOIR_SECRET_KEY=GOOD_KEY).production
