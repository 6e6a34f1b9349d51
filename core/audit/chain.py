"""Whether a chain is whole: every entry hashes to what it says, follows the one before, and reaches its sealed head."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection

FRESH_SECONDS: Final = 60
"""An entry older than this must have been sealed by a worker."""

# The entry's canonical form, as audit_append makes it. Written out here and not asked of the database's own function:
# whoever can change entries can change functions.
_CANONICAL: Final = """jsonb_build_object(
    'chain', chain, 'n', n, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    'actor_kind', actor_kind, 'actor_id', actor_id, 'ip', host(ip), 'request_id', request_id, 'action', action,
    'subject_kind', subject_kind, 'subject_id', subject_id, 'changes', changes)::text"""

_CHECKED: Final = f"""
with entries as (
    select n, sha256(prev_hash || convert_to({_CANONICAL}, 'UTF8')) = hash as genuine, prev_hash,
        lag(n) over w as before, lag(hash) over w as before_hash
    from audit_log where chain = $1 and n > $2 and n <= $3 window w as (order by n))
select n, genuine, coalesce(before, $2) + 1 = n as dense, coalesce(before_hash, $4) = prev_hash as linked
from entries where not genuine or coalesce(before, $2) + 1 <> n or coalesce(before_hash, $4) <> prev_hash
order by n limit 100
"""  # noqa: S608 - a constant
_EXTENT: Final = """
select coalesce(max(n), 0) as last, count(*) as entries,
    (select min(a.at) < now() - make_interval(secs => $3) from audit_log a where a.chain = $1 and a.n > $2) as overdue
from audit_log where chain = $1
"""
_HEAD: Final = "select chain, n, hash, mac from audit_heads where chain = $1"
_LOCKED_HEAD: Final = f"{_HEAD} for update"
_HASH_AT: Final = "select hash from audit_log where chain = $1 and n = $2"
START: Final = bytes(32)
"""What the first entry follows."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ended when it was last sealed."""

    chain: UUID
    n: int
    hash: bytes
    mac: bytes

    def is_genuine(self, key: bytes) -> bool:
        return self.n == 0 or hmac.compare_digest(self.mac, mac_of(key, self.chain, self.n, self.hash))


@dataclass(frozen=True, slots=True)
class Fault:
    """`n` is the entry where it shows; 0 for the chain as a whole."""

    n: int
    what: str


@dataclass(slots=True)
class Verification:
    """`unsealed` entries are newer than the last seal: the hash chain alone guards them."""

    chain: UUID
    entries: int = 0
    sealed_up_to: int = 0
    faults: list[Fault] = field(default_factory=list)
    unsealed: int = 0

    @property
    def ok(self) -> bool:
        return not self.faults


def mac_of(key: bytes, chain: UUID, n: int, digest: bytes) -> bytes:
    """The seal of a head. The key is not in the database, so neither a cut tail nor a rewritten chain can be sealed."""
    sealed = b"|".join((b"comptoir audit v1", chain.bytes, str(n).encode(), digest))
    return hmac.new(key, sealed, hashlib.sha256).digest()


async def verify(connection: Connection, chain: UUID, key: bytes, anchors: Sequence[Head] = ()) -> Verification:
    """Every entry, the head, and the anchors kept outside the database. By the system role, in one transaction."""
    head = await head_of(connection, chain)
    extent = await connection.fetchrow(_EXTENT, chain, head.n if head else 0, float(FRESH_SECONDS))
    found = Verification(chain, extent["entries"], head.n if head else 0)
    found.unsealed = max(0, extent["last"] - found.sealed_up_to)
    found.faults += await faults_between(connection, chain, 0, extent["last"], START)
    if head is None and (extent["entries"] or anchors):
        found.faults.append(Fault(0, "the seal of this chain is gone"))
    for sealed in (*([head] if head else []), *anchors):
        found.faults += await _against(connection, sealed, key)
    if head is not None and extent["overdue"]:
        found.faults.append(Fault(head.n + 1, "entries older than a minute are not sealed: is a worker running?"))
    return found


async def head_of(connection: Connection, chain: UUID, *, lock: bool = False) -> Head | None:
    """The sealed head, None when its row is gone."""
    row = await connection.fetchrow(_LOCKED_HEAD if lock else _HEAD, chain)
    return Head(*row) if row else None


async def hash_at(connection: Connection, chain: UUID, n: int) -> bytes | None:
    """The hash of an entry, None when there is none of this number."""
    found: bytes | None = await connection.fetchval(_HASH_AT, chain, n)
    return found


async def faults_between(connection: Connection, chain: UUID, after: int, upto: int, digest: bytes) -> list[Fault]:
    """What is wrong with the entries after `after`, which has the hash `digest`."""
    return [Fault(row["n"], _what(row)) for row in await connection.fetch(_CHECKED, chain, after, upto, digest)]


def _what(row: Any) -> str:
    if not row["genuine"]:
        return "the entry was changed after it was written"
    return "entries before this one are missing" if not row["dense"] else "the entry does not follow the one before it"


async def _against(connection: Connection, sealed: Head, key: bytes) -> list[Fault]:
    if not sealed.is_genuine(key):
        return [Fault(sealed.n, "the seal is not ours: it was forged or changed")]
    if sealed.n == 0:
        return []
    digest = await hash_at(connection, sealed.chain, sealed.n)
    if digest is None:
        return [Fault(sealed.n, f"the chain was cut: entry {sealed.n} was sealed and is gone")]
    if digest != sealed.hash:
        return [Fault(sealed.n, "the chain was rewritten: this entry was sealed otherwise")]
    return []
