"""The person behind a PERSONAL route."""

from uuid import UUID

from quart import g

from core.auth.principal import Principal


def caller() -> Principal:
    """Whoever asks."""
    principal: Principal = g.principal
    return principal


def myself() -> UUID:
    """The caller's user id. PERSONAL has refused those that have none."""
    user_id = caller().user_id
    assert user_id is not None  # noqa: S101 - see above
    return user_id
