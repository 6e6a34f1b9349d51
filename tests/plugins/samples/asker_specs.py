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
