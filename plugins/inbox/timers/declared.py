"""What timers add to the plugin: their routes, job and pieces."""

from comptoir_sdk import Job, Route, _, ui

from plugins.inbox.timers import routes as views
from plugins.inbox.timers import shapes, watching

_MANAGE, _READ = "settings.manage", "conversations.read"


def routes() -> list[Route]:
    return [
        Route("/timers/targets", views.show_targets, ("GET",), _MANAGE, responses={200: shapes.Targets}),
        Route("/timers/targets", views.change_targets, ("PUT",), _MANAGE, body=shapes.Targets,
              responses={200: shapes.Targets}),
        Route("/timers", views.list_timers, ("GET",), _READ, query=shapes.TimerQuery,
              responses={200: shapes.TimerList}),
        Route("/timers/running", views.clock, ("GET",), _READ, query=shapes.OfConversation,
              responses={200: shapes.TimerList}),
        Route("/data/timers", views.badges, ("GET",), _READ, query=shapes.Rows,
              responses={200: dict[str, shapes.Badge]}),
    ]


def jobs() -> list[Job]:
    return [Job("watch", watching.watch, cron="*/15 * * * *")]


def panels() -> list[ui.Element]:
    return [
        ui.Page("targets", title=_("Timers"), icon="timer", nav="settings", section=_("Inbox"), order=57,
                permission=_MANAGE, element="inbox-targets", module="timers/settings.js"),
        ui.Panel("timers", slot="list.row.badge", title=_("Timer"), order=10, permission=_READ, data="timers",
                 refresh_on=("inbox.timers",)),
        ui.Panel("timer", slot="conversation.header", title=_("Timer"), order=10, permission=_READ,
                 element="inbox-timer", module="timers/clock.js"),
    ]
