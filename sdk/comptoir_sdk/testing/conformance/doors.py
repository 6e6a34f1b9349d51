"""Off, it does not exist; on, each door asks for its permission and bears what people send."""

from typing import Any

from comptoir_sdk.testing.conformance.bench import CUSTOMER, Bench
from comptoir_sdk.testing.conformance.check import check, require

_PERMITTED_NOTHING = "nothing"
_NONSENSE: tuple[bytes, ...] = (b"", b"[]", b'{"\xff": 1}', b'{"a": {"b": []}}', b'"' + b"x" * 5000 + b'"', b"null")


@check("bronze", "Off, none of its routes exists.")
async def off_routes(bench: Bench) -> None:
    owner = await (await bench.shop(on=False)).agent("owner")
    for public in (False, True):
        for route, method, path in bench.paths(public=public):
            status = (await owner.ask(method, path)).status
            require(status == 404, f"{method} {route.rule} answers {status} where the tenant does not have the plugin")


@check("bronze", "Off, nothing of it is drawn.")
async def off_panels(bench: Bench) -> None:
    told = await bench.manifest(await (await bench.shop(on=False)).agent("owner"))
    drawn = [piece for pieces in told.values() for piece in pieces
             if isinstance(piece, dict) and piece.get("plugin") == bench.name]
    require(not drawn and bench.name not in told["plugins"], f"the screens are told of {drawn or bench.name}")


@check("bronze", "Off, nobody hears its topics.")
async def off_topics(bench: Bench) -> None:
    owner = await (await bench.shop(on=False)).agent("owner")
    for channel in bench.one.channels:
        await _is_refused(owner, f"{bench.name}.{channel.name}", "where the tenant does not have the plugin")


@check("bronze", "Off, its jobs do not run.")
async def off_jobs(bench: Bench) -> None:
    shop = await bench.shop(on=False)
    for job in bench.one.jobs:
        ran: list[str] = []

        async def spy(*_: Any, ran: list[str] = ran, **__: Any) -> None:
            ran.append("it")

        real = job.run
        object.__setattr__(job, "run", spy)
        try:
            await shop.runs(f"{bench.name}.{job.name}")
        finally:
            object.__setattr__(job, "run", real)
        require(not ran, f"the job {job.name} ran where the tenant does not have the plugin")


@check("bronze", "Off, what happens leaves no trace in it.")
async def off_observers(bench: Bench) -> None:
    shop = await bench.shop(on=False)
    await bench.thread(shop)
    for table in bench.one.tables:
        require(await bench.one.count(shop.tenant_id, table) == 0, f"{table} has rows of a tenant that is without it")
    said = [topic for _, topic, _ in bench.kernel.broadcasts if topic.startswith(f"{bench.name}.")]
    require(not said, f"it spoke on {said} to a tenant that is without it")


@check("bronze", "A stranger is told to log in.")
async def strangers(bench: Bench) -> None:
    await bench.shop()
    for route, method, path in bench.paths():
        status = (await bench.kernel.stranger.ask(method, path)).status
        require(status == 401, f"{method} {route.rule} answers {status} to a stranger")


@check("bronze", "Whoever lacks a route's permission is refused.")
async def permissions(bench: Bench) -> None:
    nobody = await (await bench.shop()).agent(_PERMITTED_NOTHING, permissions=())
    for route, method, path in bench.paths():
        status = (await nobody.ask(method, path)).status
        require(status == 403, f"{method} {route.rule} answers {status} to somebody without {route.permission}")


@check("silver", "Each channel is heard by whoever has its permission and by nobody else.")
async def channels(bench: Bench) -> None:
    shop = await bench.shop()
    owner, nobody = await shop.agent("owner"), await shop.agent(_PERMITTED_NOTHING, permissions=())
    for channel in bench.one.channels:
        topic = f"{bench.name}.{channel.name}"
        async with owner.listen(topic):
            await _is_refused(nobody, topic, f"without {channel.permission}")


@check("silver", "Nonsense is answered by a sentence, never by a failure.")
async def nonsense(bench: Bench) -> None:
    shop = await bench.shop()
    owner = await shop.agent("owner")
    for route, method, path in (*bench.paths(), *bench.paths(public=True, slug=shop.slug)):
        for sent in _NONSENSE if method != "GET" else (b"",):
            for query in ("", "?conversation=x&contact=x&cursor=x&limit=x"):
                answer = await owner.ask(method, path + query, content=sent)
                require(answer.status < 500, f"{method} {route.rule}{query} with {sent[:20]!r}: {answer.status}: "
                                             "raise Invalid or NotFound; body= and query= check by themselves")


@check("silver", "Its cron jobs run where there is nothing to do, and again.")
async def cron_jobs(bench: Bench) -> None:
    shop = await bench.shop()
    for job in bench.one.jobs:
        for _ in range(2 if job.cron else 0):
            await shop.runs(f"{bench.name}.{job.name}")
    await _has_not_failed(bench, shop)


@check("silver", "It bears being switched off and on again.")
async def switching(bench: Bench) -> None:
    shop = await bench.shop()
    for on in (True, False, True):
        await shop.switch(bench.given(on=on))
        await bench.kernel.drain()
    await _has_not_failed(bench, shop)


@check("silver", "A conversation goes there and back with it, and it fails in nothing.")
async def there_and_back(bench: Bench) -> None:
    shop = await bench.shop()
    conversation = (await bench.thread(shop))["core.Conversation"]
    agent = await shop.agent("owner")
    answer = await agent.post(f"/api/v1/conversations/{conversation}/messages",
                              json={"type": "text", "text": {"body": "wa"}})
    await bench.kernel.drain()
    told = "; ".join(await shop.failures(bench.name)) or answer.text
    require(answer.status < 300, f"what an agent sends is refused where the tenant has the plugin: {told}")
    require(bench.kernel.graph.sent, f"what an agent sent did not reach the customer: {told}")
    await shop.receives("shukran", sender=CUSTOMER)
    await bench.kernel.drain()
    await _has_not_failed(bench, shop)


@check("gold", "It leaves no task behind in the loop of everybody.")
async def tasks(bench: Bench) -> None:
    shop = await bench.shop()
    owner = await shop.agent("owner")
    conversation = (await bench.thread(shop))["core.Conversation"]
    await owner.post(f"/api/v1/conversations/{conversation}/messages", json={"type": "text", "text": {"body": "wa"}})
    for _, method, path in (*bench.paths(), *bench.paths(public=True, slug=shop.slug)):
        await owner.ask(method, path, json=None if method == "GET" else {})
    await bench.kernel.drain()
    left = [one for one in await bench.one.incidents() if one.kind == "leaked"]
    require(not left, "; ".join(f"{one.call}, {one.place}: {one.told}" for one in left))


async def _is_refused(agent: Any, topic: str, where: str) -> None:
    try:
        async with agent.listen(topic):
            raise AssertionError(f"{topic} can be listened to {where}")
    except LookupError:
        return


async def _has_not_failed(bench: Bench, shop: Any) -> None:
    failures = await shop.failures(bench.name)
    require(not failures, "it failed:\n" + "\n".join(failures))
