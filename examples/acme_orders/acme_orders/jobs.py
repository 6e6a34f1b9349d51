"""What happens outside of requests."""

from comptoir_sdk import Context, Invalid

from acme_orders.models import Order


async def refresh(ctx: Context, number: str) -> None:
    """Ask the shop. It may be down: the job is tried again, with growing pauses."""
    if not ctx.settings.shop_url:
        return
    answer = await ctx.http.request("GET", f"{ctx.settings.shop_url.rstrip('/')}/{number}", timeout=10)
    if answer.status_code == 404:
        return
    state = answer.json().get("state") if answer.status_code == 200 else None
    if not isinstance(state, str) or not 0 < len(state) <= 20:
        raise Invalid(f"The shop answered {answer.status_code} without a state.")
    for order in await Order.filter(number=number):
        order.state = state
        await order.save()
        await ctx.broadcast("changes", {"contact": str(order.contact_id)})


async def prune(ctx: Context) -> None:
    """Every night: what is older than the organisation keeps."""
    await Order.filter(seen_at__lt=ctx.days_ago(ctx.settings.keep_days)).delete()
