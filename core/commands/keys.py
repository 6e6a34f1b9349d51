"""`comptoir keys`: which master keys there are, another one, and dropping those that nothing needs any more."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from core.audit import Actor, acting
from core.config import Settings
from core.db.pool import Database
from core.secrets import MasterKeys
from core.tenancy.rotation import KeysInUse, Rotation

Say = Callable[[str], None]


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("action", choices=["show", "rotate", "retire"],
                        help="show: which there are; rotate: wrap everything with another one, while all runs; "
                             "retire: drop those that nothing needs")  # fmt: skip
    parser.add_argument("--retire", action="store_true", help="after a rotation, drop the previous keys at once")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    return asyncio.run(_run(settings, given, say))


async def _run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    ring = settings.key_ring
    masters = MasterKeys(*ring.read(), reload=ring.read)
    db = await Database.open(settings.database_url, app_size=2, system_size=3)
    try:
        rotation = Rotation(db, masters, ring if ring.file else None)
        with acting(Actor("operator")):
            return await _ACTIONS[given.action](rotation, masters, given, say)
    finally:
        await db.close()


async def _show(rotation: Rotation, masters: MasterKeys, _: argparse.Namespace, say: Say) -> int:
    uses = await rotation.uses()
    for key in sorted({*masters.ids, *uses}, key=lambda key: (key != masters.current_id, key)):
        state = "current" if key == masters.current_id else "previous" if key in masters.ids else "MISSING here"
        say(f"{key}  {state:<13} wraps {uses.get(key, 0)} data keys")
    return 0 if set(uses) <= masters.ids else 1


async def _rotate(rotation: Rotation, masters: MasterKeys, given: argparse.Namespace, say: Say) -> int:
    before = masters.current_id
    done = await rotation.rotate(lambda count: say(f"rewrapped {count} data keys"))
    if masters.current_id == before and not rotation.makes_keys:
        say("the environment names the master keys, so none was made: everything is wrapped by COMPTOIR_SECRET_KEY now")
    for key, why in done.broken.items():
        say(f"data key {key} was left as it is: {why}")
    say(f"the current master key is {masters.current_id}; it wraps {done.count} data keys more than before")
    if given.retire and not done.broken:
        return await _retire(rotation, masters, given, say)
    return 1 if done.broken else 0


async def _retire(rotation: Rotation, masters: MasterKeys, _: argparse.Namespace, say: Say) -> int:
    try:
        gone = await rotation.retire()
    except KeysInUse as error:
        say(str(error))
        return 1
    if not gone:
        say("there is no previous master key")
    elif rotation.makes_keys:
        say(f"dropped {', '.join(gone)}: backups made before the rotation open with these only")
    else:
        say(f"nothing needs {', '.join(gone)} any more: take them out of COMPTOIR_SECRET_KEY_PREVIOUS")
    return 0


_ACTIONS: dict[str, Callable[[Rotation, MasterKeys, argparse.Namespace, Say], Awaitable[int]]] = {
    "show": _show, "rotate": _rotate, "retire": _retire,
}  # fmt: skip
