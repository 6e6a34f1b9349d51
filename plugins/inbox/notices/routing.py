"""What notifications give the plugin: routes, pieces of screens, a job, and what it hears."""

from uuid import UUID

from comptoir_sdk import AuditEntry, Context, Conversation, Job, Message, NotFound, Route, Team, _, ui

from plugins.inbox.follows.following import followers
from plugins.inbox.notes import shapes as of_notes
from plugins.inbox.notices import browsers, routes, shapes
from plugins.inbox.notices.pushing import push
from plugins.inbox.notices.telling import concerned, tell
from plugins.inbox.notices.wishes import Wishes

_READ = "conversations.read"
_SIGNED_OUT = frozenset({"session.ended", "sessions.ended", "password.changed", "password.reset", "member.removed"})


def routes_of_notices() -> list[Route]:
    return [
        Route("/notices", routes.list_notices, ("GET",), _READ, query=of_notes.OfMentions,
              responses={200: shapes.NoticeList}),
        Route("/notices/count", routes.count_notices, ("GET",), _READ, responses={200: of_notes.Count}),
        Route("/notices/read", routes.read_notices, ("PUT",), _READ, body=shapes.ReadNotices,
              responses={200: of_notes.Count}),
        Route("/notices/wishes", routes.get_wishes, ("GET",), _READ, responses={200: Wishes}),
        Route("/notices/wishes", routes.set_wishes, ("PUT",), _READ, body=Wishes, responses={200: Wishes}),
        Route("/notices/key", browsers.public_key, ("GET",), _READ, responses={200: shapes.PublicKey}),
        Route("/notices/browsers", browsers.list_browsers, ("GET",), _READ, responses={200: shapes.BrowserList}),
        Route("/notices/browsers", browsers.add_browser, ("POST",), _READ, body=shapes.NewBrowser,
              responses={201: shapes.BrowserResource}),
        Route("/notices/browsers/<uuid:browser_id>", browsers.remove_browser, ("DELETE",), _READ,
              responses={204: None}),
    ]  # fmt: skip


def jobs_of_notices() -> list[Job]:
    return [Job("push", push), Job("forget_read", routes.forget_read, cron="40 3 * * *")]


def pieces_of_notices() -> list[ui.Element]:
    return [
        ui.Panel("bell", slot="rail", title=_("Notifications"), permission=_READ, element="inbox-bell",
                 module="notices/bell.js"),
        ui.Page("notifications", title=_("Notifications"), icon="bell", nav="settings", section=_("You"), order=15,
                permission=_READ, element="inbox-notifications", module="notices/settings.js"),
    ]


async def heard_message(ctx: Context, message: Message) -> None:
    """Whoever has the conversation, and who follows it."""
    try:
        conversation = await ctx.conversations.get(message.conversation_id)
    except NotFound:  # erased, or merged into another, since it came
        return
    owner = {conversation.assignee.id} if conversation.assignee else set()
    await tell(ctx, "message", conversation.id, owner | await followers(conversation.id))


async def heard_waiting(ctx: Context, conversation_id: UUID, team: Team | None) -> None:
    """One that nobody has came to a team: by itself, or because somebody moved it there. As it is now: a rule may have
    given it to somebody at once."""
    if team is None:
        return
    try:
        conversation = await ctx.conversations.get(conversation_id)
    except NotFound:  # erased, or merged into another, since it came
        return
    if conversation.assignee is not None or conversation.status != "open":
        return
    members = {one.id for one in await ctx.members.list() if team.id in {its.id for its in one.teams}}
    await tell(ctx, "unassigned", conversation.id, members)


async def heard_woken(ctx: Context, conversation: Conversation) -> None:
    """Whoever has it; of what nobody has, its team hears as of a new one."""
    if conversation.assignee is None:
        await heard_waiting(ctx, conversation.id, conversation.team)
    else:
        await tell(ctx, "woken", conversation.id, [conversation.assignee.id])


async def concerned_by_timer(ctx: Context, conversation: Conversation) -> set[UUID]:
    """Whoever has it, or else could take it; and who follows it."""
    team = conversation.team
    if conversation.assignee is not None:
        theirs = {conversation.assignee.id}
    else:
        theirs = {one.id for one in await ctx.members.list()
                  if one.may_answer and (team is None or team.id in {its.id for its in one.teams})}
    return await concerned(ctx, conversation.id, theirs | await followers(conversation.id))


async def heard_audit(ctx: Context, entry: AuditEntry) -> None:
    """The log of acts says who assigned it: whoever takes a conversation themselves knows. And whose sessions were
    ended: their browsers are told nothing more, until one of them is logged in again."""
    if entry.action in _SIGNED_OUT and entry.subject_kind == "member" and entry.subject_id is not None:
        await browsers.forget_all(ctx, UUID(entry.subject_id))
        return
    assignee = entry.changes.get("assignee", [None, None])[1] if entry.action == "conversation.assigned" else None
    if assignee is None or entry.subject_id is None or str(assignee) == entry.actor_id:
        return
    names = {str(one.id): one.name for one in await ctx.members.list()}
    await tell(ctx, "assigned", UUID(entry.subject_id), [UUID(str(assignee))], actor=names.get(entry.actor_id or ""))
