"""What sending costs: counts as Meta told them, money as the organisation's own rate card says."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_serializer, model_validator
from quart import Response

from core.auth.access import Permitted
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services
from core.http.text import RequestModel, example
from core.messaging.costs.rates import rate_card_resource, save_rate_card
from core.messaging.costs.report import costs
from core.messaging.costs.table import as_csv

_MANAGE = Permitted("settings.manage")
_TAGS = ("Costs",)
_LONGEST = timedelta(days=366)
_RATE = {"category": "marketing", "prefix": "212", "rate": "0.0485"}


class CostsQuery(RequestModel):
    """Days in the organisation's time zone, both included, 366 at most."""

    first: date = Field(alias="from", examples=["2026-11-01"])
    last: date = Field(alias="to", examples=["2026-11-30"])
    group: Literal["day", "category", "account"] = "day"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta(0) <= self.last - self.first < _LONGEST:
            raise ValueError("`to` must be the same day as `from` or later, by less than 366 days")
        return self


class CostLine(Resource):
    """`key`: the day, category or number. `free` messages cost nothing; of `unpriced` ones the rate card says nothing.
    `by_country` counts by calling code, or by country where only a user id is known."""

    key: str = Field(examples=["2026-11-26"])
    messages: int = Field(examples=[120])
    free: int = Field(examples=[20])
    unpriced: int = Field(examples=[0])
    amount: str | None = Field(examples=["4.8500"])
    by_category: dict[str, int] = Field(examples=[{"service": 20, "marketing": 100}])
    by_type: dict[str, int] = Field(examples=[{"regular": 100, "free_entry_point": 20}])
    by_country: dict[str, int] = Field(examples=[{"212": 118, "33": 2}])


class Costs(Resource):
    """`currency` and amounts are null without a rate card."""

    first: date = Field(alias="from", examples=["2026-11-01"])
    last: date = Field(alias="to", examples=["2026-11-30"])
    group: Literal["day", "category", "account"]
    timezone: str = Field(examples=["Africa/Casablanca"])
    currency: str | None = Field(examples=["EUR"])
    items: list[CostLine]
    total: CostLine


class RateFields(RequestModel):
    """For one delivered message. `prefix` is the start of the recipient's number without +, or two letters of a country
    for those known by user id alone; the longest that fits wins, and an empty one fits everybody."""

    category: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,63}$")]
    prefix: Annotated[str, StringConstraints(pattern=r"^([0-9]{1,15}|[A-Z]{2})?$")] = ""
    rate: Annotated[Decimal, Field(ge=0, le=1000, max_digits=10, decimal_places=6)]

    @field_serializer("rate")
    def _plainly(self, rate: Decimal) -> str:
        return format(rate, "f")


class RateCardFields(RequestModel):
    """The whole card: what it does not say stays unpriced."""

    model_config = example(currency="EUR", rates=[_RATE])

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    rates: list[RateFields] = Field(max_length=2000)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        places = [(rate.category, rate.prefix) for rate in self.rates]
        if len(places) != len(set(places)):
            raise ValueError("a category and prefix is named twice: give each once")
        return self


class RateResource(Resource):
    category: str = Field(examples=["marketing"])
    prefix: str = Field(examples=["212"])
    rate: str = Field(examples=["0.0485"])


class RateCardResource(Resource):
    """`version` 0: there is none yet."""

    currency: str | None = Field(examples=["EUR"])
    rates: list[RateResource]
    updated_at: datetime | None
    version: int


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/costs", _MANAGE, "What was sent, and what it costs", query=CostsQuery, responses={200: Costs},
               tags=_TAGS)  # fmt: skip
    async def get_costs(query: CostsQuery) -> dict[str, Any]:
        """Delivered messages, each once, by what Meta told of their price."""
        return await _report(query)

    @api.route("GET", "/costs/file", _MANAGE, "The costs as a file", query=CostsQuery, responses={200: "text/csv"},
               limit="export", tags=_TAGS)  # fmt: skip
    async def get_costs_file(query: CostsQuery) -> Response:
        """CSV, with the total as the last line."""
        response = Response(as_csv(await _report(query)), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="costs.csv"'
        return response

    @api.route("GET", "/costs/rates", _MANAGE, "The rate card", responses={200: RateCardResource}, tags=_TAGS)
    async def get_cost_rates() -> dict[str, Any]:
        """What the organisation says it pays."""
        async with services().db.tenant() as connection:
            return await rate_card_resource(connection)

    @api.route("PUT", "/costs/rates", _MANAGE, "Replace the rate card", body=RateCardFields,
               responses={200: RateCardResource}, tags=_TAGS)  # fmt: skip
    async def put_cost_rates(body: RateCardFields) -> dict[str, Any]:
        """Past costs are told by the new card too."""
        return await save_rate_card(services().db, body.currency, [rate.model_dump() for rate in body.rates])


async def _report(query: CostsQuery) -> dict[str, Any]:
    async with services().db.tenant() as connection:
        return await costs(connection, query.first, query.last, query.group)
