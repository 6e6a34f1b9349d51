"""Errors named for what the caller may do next.

EgressError
├── NotSent          no byte of the request left this machine: safe to try again
│   └── Forbidden    and never will: the address is not one we may call
└── Interrupted      the request may have arrived, the answer is unknown: not safe to try again blindly
    └── TooLarge     the answer is longer than the caller allows
"""

import ssl


class EgressError(Exception):
    """The message gives the reason, without URL or headers: both can hold secrets."""

    timed_out = False
    """Whether time ran out, rather than something breaking."""

    @property
    def untrusted(self) -> bool:
        """Whether the other side's certificate was not accepted."""
        cause: BaseException | None = self
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return True
            cause = cause.__cause__ or cause.__context__
        return False


class NotSent(EgressError):
    pass


class Forbidden(NotSent):
    pass


class Interrupted(EgressError):
    pass


class TooLarge(Interrupted):
    pass
