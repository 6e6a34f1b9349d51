"""How webhooks and statuses travel: the manners a test may change while the sandbox runs."""

from pydantic import BaseModel, ConfigDict, Field

Chance = Field(default=0.0, ge=0, le=1)


class Delivery(BaseModel):
    """Times are milliseconds unless the name says otherwise; chances are 0 to 1."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    # statuses of what the business sent
    sent_after: float = Field(default=120, ge=0)
    delivered_after: float = Field(default=250, ge=0)
    read_after: float = Field(default=600, ge=0)
    late: float = Chance
    late_seconds: float = Field(default=5, ge=0)
    before_answer: float = Chance
    skip_delivered: float = Chance
    duplicate_status: float = Chance
    shuffle_statuses: bool = False
    old_conversation: bool = False

    # webhooks of any kind
    duplicate: float = Chance
    copies: int = Field(default=1, ge=1, le=10)
    jitter: float = Field(default=0, ge=0)
    batch: int = Field(default=1, ge=1, le=1000)
    batch_wait: float = Field(default=50, ge=0)
    parallel: int = Field(default=16, ge=1, le=256)
    timeout_seconds: float = Field(default=10, gt=0, le=120)
    retry_seconds: float = Field(default=1, gt=0)
    retry_growth: float = Field(default=2, ge=1)
    retry_at_most_seconds: float = Field(default=30, gt=0)
    give_up_seconds: float = Field(default=7 * 86400, gt=0)
    speed: float = Field(default=1, gt=0, description="compresses the retry clock: 60 makes an hour a minute")
    escape_unicode: bool = True

    # limits Meta enforces; off unless a test wants to meet them
    messages_per_second: int = Field(default=0, ge=0)
    pair_limit: bool = False
