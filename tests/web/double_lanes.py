"""The doors that tell of sending: how lanes stand, and what was sent costs."""

from typing import TYPE_CHECKING, Any

from quart import Quart, request

from .double_people import People

if TYPE_CHECKING:
    from .double import Resource
    from .double_office import Office

Answer = Any

def _pause() -> "Resource":
    return {"until": People.ago(minutes=-5), "error": {
        "code": 80007, "title": "Too many calls for this account", "cause": "The account has used up its calls.",
        "cure": "Nothing to do: sending goes on by itself."}}  # fmt: skip


class Sending:
    """Lanes of the office's numbers, three days of costs, a rate card that a test may change."""

    def __init__(self, office: "Office") -> None:
        self.office = office
        rate = {"category": "marketing", "prefix": "212", "rate": "0.0485"}
        self.card: Resource = {"currency": "EUR", "rates": [rate], "updated_at": People.ago(days=2), "version": 1}

    def register(self, app: Quart) -> None:
        for rule, view, methods in (
            ("/lanes", self._lanes, ["GET"]), ("/platform/lanes", self._platform_lanes, ["GET"]),
            ("/costs", self._costs, ["GET"]), ("/costs/rates", self._rates, ["GET", "PUT"]),
        ):
            app.add_url_rule(f"/api/v1{rule}", f"sending{view.__name__}", view, methods=methods)

    async def _lanes(self) -> Answer:
        return {"items": [_lane(account) for account in self.office.accounts.values()]}

    async def _platform_lanes(self) -> Answer:
        """One to a page, so that there is a next one."""
        lanes, at = [_lane(account) for account in self.office.accounts.values()], int(request.args.get("cursor", 0))
        return {"items": lanes[at:at + 1], "next": str(at + 1) if at + 1 < len(lanes) else None}

    async def _costs(self) -> Answer:
        group = request.args["group"]
        keys = {"day": ["2026-11-24", "2026-11-25"], "category": ["marketing", "service"],
                "account": list(self.office.accounts)}[group]
        currency = self.card["currency"]
        lines = [_line(key, currency) for key in keys]
        return {"from": request.args["from"], "to": request.args["to"], "group": group, "timezone": "Africa/Casablanca",
                "currency": currency, "items": lines, "total": _line("total", currency)}

    async def _rates(self) -> Answer:
        if request.method == "PUT":
            self.card |= await request.get_json() | {"version": self.card["version"] + 1}
        return self.card


def _lane(account: "Resource") -> "Resource":
    held = account["status"] == "connected" and account["quality_rating"] != "GREEN"
    return {"account": {name: account[name] for name in ("id", "display_phone_number", "verified_name", "status")},
            "tenant": {"id": "tenant", "name": "Atlas"}, "replies": 3, "bulk": 1200, "delayed": 0,
            "oldest_at": People.ago(minutes=2), "oldest_seconds": 120.0, "sent_last_minute": 4300,
            "allowed_per_second": 80, "paused": _pause() if held else None, "bulk_paused": None}


def _line(key: str, currency: Any) -> "Resource":
    return {"key": key, "messages": 1240, "free": 40, "unpriced": 12, "amount": "57.9570" if currency else None,
            "by_category": {"marketing": 1200, "service": 40}, "by_type": {"regular": 1200, "free_entry_point": 40},
            "by_country": {"212": 1230, "33": 8, "US": 2}}
