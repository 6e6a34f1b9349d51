"""Errors named for what the caller may do next.

EgressError
├── NotSent          no byte of the request left this machine: safe to try again
│   └── Forbidden    and never will: the address is not one we may call
└── Interrupted      the request may have arrived, the answer is unknown: not safe to try again blindly
    └── TooLarge     the answer is longer than the caller allows
"""


class EgressError(Exception):
    """The message gives the reason, without URL or headers: both can hold secrets."""


class NotSent(EgressError):
    pass


class Forbidden(NotSent):
    pass


class Interrupted(EgressError):
    pass


class TooLarge(Interrupted):
    pass
