"""The hooks that the sample plugin `asker` offers to others."""

from comptoir_sdk import Context, hookspec, offered


@hookspec
@offered(timeout=0.2)
async def classify(ctx: Context, words: str) -> str | None:
    """What kind of words these are."""


@hookspec
@offered(timeout=0.2, on_failure="fail")
async def approve(ctx: Context, words: str) -> bool | None:
    """Whether these words may be said."""


@hookspec(warn_on_impl=DeprecationWarning("implement classify instead of sort: sort goes in asker 2.0"))
@offered(timeout=0.2)
async def sort(ctx: Context, words: str) -> str | None:
    """The same as classify, under its old name."""
