"""How it presents itself: manifest, entry point, code, distribution."""

import ast
import dataclasses
from collections.abc import Iterator

from pydantic import BaseModel, TypeAdapter

from comptoir_sdk.testing.conformance.bench import Bench
from comptoir_sdk.testing.conformance.check import check, require
from comptoir_sdk.translation import Text

_WAYS_OUT = {"requests", "httpx", "httpx2", "aiohttp", "urllib3", "urllib.request", "http.client", "socket"}
_BLOCKING = {"time.sleep", "subprocess.run", "subprocess.call", "subprocess.check_output", "os.system", "input"}


@check("bronze", "It loads.", written=True)
async def loads(bench: Bench) -> None:
    require(bench.one.state == "loaded", f"it is {bench.one.state}: {bench.one.why}")


@check("bronze", "An installed distribution offers it by an entry point of its name.", written=True)
async def entry_point(bench: Bench) -> None:
    require(bench.one.distribution is not None,
            f'in pyproject.toml: [project.entry-points."comptoir.plugins"] {bench.name} = "{bench.name}:plugin"')


@check("bronze", "It names the versions of the SDK that it works with, from and below.", written=True)
async def sdk_versions(bench: Bench) -> None:
    sdk = bench.one.plugin.sdk
    require(">" in sdk and "<" in sdk, f"sdk = {sdk!r}: name the first and the last version, as in '>=0.1,<1'")


@check("bronze", "It imports the SDK, its own package and libraries; never the kernel or another plugin.", written=True)
async def imports(bench: Bench) -> None:
    own = type(bench.one.plugin).__module__
    for file, name in _imports(bench):
        require(name.partition(".")[0] != "core", f"{file} imports {name}: the kernel has no promises for plugins")
        other = name.startswith("plugins.") and name.split(".")[:2] != own.split(".")[:2]
        require(not other, f"{file} imports {name}, another plugin")


@check("gold", "It reaches the network by ctx.http alone, which is guarded and limited.", written=True)
async def ways_out(bench: Bench) -> None:
    for file, name in _imports(bench):
        require(not any(name == way or name.startswith(f"{way}.") for way in _WAYS_OUT),
                f"{file} imports {name}: use ctx.http.request")


@check("gold", "No coroutine of it calls what blocks the event loop of everybody.", written=True)
async def does_not_block(bench: Bench) -> None:
    for file, text in bench.sources(".py"):
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.AsyncFunctionDef):
                for call in ast.walk(function):
                    name = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
                    require(name not in _BLOCKING, f"{file}:{function.lineno} calls {name} in {function.name}: await "
                                                   "asyncio.sleep, or asyncio.to_thread in a job")


@check("bronze", "Its settings have defaults: the tenant may have it with none given.", written=True)
async def settings_defaults(bench: Bench) -> None:
    try:
        bench.one.settings(dict(bench.settings))
    except ValueError as error:
        raise AssertionError(f"Settings cannot be made from {dict(bench.settings)}: {error}") from error


@check("silver", "Its settings are frozen: nobody changes them for everybody.", written=True)
async def settings_frozen(bench: Bench) -> None:
    kind = bench.one.plugin.Settings
    if kind is None:
        return
    frozen = kind.model_config.get("frozen") if issubclass(kind, BaseModel) else (
        dataclasses.is_dataclass(kind) and getattr(kind, "__dataclass_params__").frozen)  # noqa: B009 - not typed
    require(frozen, "Settings is to be a @dataclass(frozen=True), or a pydantic model with frozen=True")


@check("silver", "Its settings come back from YAML and JSON as they went.", written=True)
async def settings_round_trip(bench: Bench) -> None:
    kind = bench.one.plugin.Settings
    if kind is not None:
        first = bench.one.settings(dict(bench.settings))
        told = TypeAdapter(kind).dump_python(first, mode="json")
        require(bench.one.settings(told) == first, f"{told} makes other settings than those it was written from")


@check("gold", "Each permission it adds has a label that can be translated.", written=True)
async def permission_labels(bench: Bench) -> None:
    for name, label in bench.one.plugin.permissions.items():
        require(isinstance(label, Text) and label.id, f'permissions[{name!r}] = _("…")')


@check("gold", "Its distribution says what it is, under which licence, and how to use it.", written=True)
async def distribution(bench: Bench) -> None:
    found = bench.one.distribution
    told: dict[str, str] = dict(found.metadata.items()) if found else {}  # type: ignore[attr-defined]
    require(told.get("Summary"), "pyproject.toml: description = …")
    require(told.get("License-Expression") or told.get("License"), "pyproject.toml: license = …")
    require(told.get("Description-Content-Type"), 'pyproject.toml: readme = "README.md"')


def _imports(bench: Bench) -> Iterator[tuple[str, str]]:
    for file, text in bench.sources(".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield file, node.module or ""
