"""What cannot be stored or read is refused with a word: raised in a view, it would count as a failure of the plugin."""

import base64
from typing import Any
from urllib.parse import quote

from comptoir_sdk.testing import Kernel

_BASE = "/api/v1/p/inbox"
_KEYS = {"p256dh": "B" * 87, "auth": "A" * 22}
_PUSH = "https://push.example/send/1"
_DASHES = "-" * 36
_NOT_UTC = "9999-12-31T23:59:59-12:00"
_BEFORE_TIME = "0001-01-01T00:00:00+14:00"


def _browser(**changed: Any) -> dict[str, Any]:
    return {"endpoint": _PUSH, "keys": _KEYS, "label": "Firefox", **changed}


def _cursor(told: str) -> str:
    return base64.urlsafe_b64encode(told.encode()).decode()


_AN_ID = "0b8d2c64-5a9e-4a1f-9e0b-0d5f6a7b8c9d"


_REFUSED: list[tuple[str, str, Any]] = [
    ("GET", f"/drafts?cursor=1.{_DASHES}", None),
    ("GET", f"/drafts?cursor=1.{'a' * 36}", None),
    ("POST", "/notices/browsers", _browser(label="\0")),
    ("POST", "/notices/browsers", _browser(endpoint=_PUSH + "\0")),
    ("POST", "/notices/browsers", _browser(keys={**_KEYS, "auth": "A" * 21 + "\0"})),
    ("GET", "/timers?since=2026-11-27T10:00:00", None),
    ("GET", "/timers?until=" + quote(_NOT_UTC), None),
    ("GET", "/timers?since=" + quote(_BEFORE_TIME), None),
    ("GET", "/timers?cursor=" + _cursor(f'["2026-11-27T10:00:00", "{_AN_ID}"]'), None),
    ("GET", "/timers?cursor=" + _cursor(f'["{_NOT_UTC}", "{_AN_ID}"]'), None),
    ("GET", "/timers?cursor=" + _cursor('["2026-11-27T10:00:00+00:00", 5]'), None),
    ("GET", "/timers?cursor=" + quote("\u0660"), None),
    ("POST", "/notices/browsers", _browser(label="\ud800")),
    ("PUT", "/desks/mine", {"available": False, "until": _NOT_UTC}),
    ("GET", "/notices?cursor=" + _DASHES, None),
    ("GET", "/mentions?cursor=" + _DASHES, None),
    ("GET", "/quick-replies?cursor=" + _DASHES, None),
    ("POST", "/quick-replies", {"shortcut": "a\0", "title": "A", "body": "b"}),
    ("POST", "/views", {"name": "Late", "filter": {"field": "city\0=Fes"}}),
    ("PUT", "/assignment", {"capacity": 8, "absent_minutes": None, "regive_minutes": None,
                            "version": 2**70, "rules": []}),
    ("GET", f"/assignment/preview?account={_AN_ID}&tags=" + quote("[" * 900), None),
]
_LAST = "9999-12-31T23:59:59+00:00"


async def test_it_is_refused_and_counts_on_nobody(comptoir: Kernel) -> None:
    shop = await comptoir.tenant("atlas", plugins={"inbox": {}})
    owner = await shop.agent("owner")
    statuses = [((await owner.ask(method, _BASE + path, json=body)).status, method, path, body)
                for method, path, body in _REFUSED]
    assert [one for one in statuses if one[0] not in (409, 422)] == []
    for method, path, body in (("PUT", "/desks/mine", {"available": False, "until": _LAST}),
                               ("GET", "/timers?until=" + quote(_LAST), None),
                               ("GET", f"/drafts?cursor=1.{_AN_ID}", None)):
        assert (await owner.ask(method, _BASE + path, json=body)).status < 300, path
