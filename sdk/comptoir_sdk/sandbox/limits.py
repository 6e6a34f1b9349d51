"""Meta's throughput and pair limits, as token buckets; off unless `Delivery` switches them on."""

from comptoir_sdk.sandbox.refusals import Refusal

PAIR_BURST = 45
PAIR_SECONDS = 6.0


class Bucket:
    """Tokens that refill at a steady rate."""

    def __init__(self, size: float, per_second: float, now: float) -> None:
        self._size, self._rate, self._tokens, self._at = size, per_second, size, now

    def take(self, now: float) -> bool:
        """One token, if there is one."""
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Limits:
    """One bucket for the number, one for each customer."""

    def __init__(self) -> None:
        self._number: tuple[int, Bucket] | None = None
        self._pairs: dict[str, Bucket] = {}

    def spend(self, phone_id: str, now: float, per_second: int, pair: bool) -> None:
        """Take a send into account; raises 130429 or 131056."""
        if per_second:
            if self._number is None or self._number[0] != per_second:
                self._number = (per_second, Bucket(per_second, per_second, now))
            if not self._number[1].take(now):
                raise throughput()
        if pair and not self._pairs.setdefault(phone_id, Bucket(PAIR_BURST, 1 / PAIR_SECONDS, now)).take(now):
            raise pair_rate()


def throughput() -> Refusal:
    """130429: too many messages a second from this number."""
    details = "Message failed to send because there were too many messages sent from this phone number in a short time"
    return Refusal(400, 130429, "(#130429) Rate limit hit", details)


def pair_rate() -> Refusal:
    """131056: too many messages to this customer."""
    details = (
        "Message failed to send because there were too many messages sent from this phone number to the same phone "
        "number in a short period of time."
    )
    return Refusal(400, 131056, "(#131056) (Business Account, Consumer Account) pair rate limit hit", details)
