"""What assignment adds to the plugin: its routes, jobs and panels."""

from comptoir_sdk import HTML, Job, Route, _, ui

from plugins.inbox.assignment import giving, shapes
from plugins.inbox.assignment import routes as views

_MANAGE, _READ = "settings.manage", "conversations.read"


def routes() -> list[Route]:
    return [
        Route("/assignment", views.show_rules, ("GET",), _MANAGE, responses={200: shapes.AssignmentShape}),
        Route("/assignment", views.change_rules, ("PUT",), _MANAGE, body=shapes.AssignmentShape,
              responses={200: shapes.AssignmentShape}),
        Route("/assignment/preview", views.preview, ("GET",), _MANAGE, query=shapes.PreviewQuery,
              responses={200: shapes.PreviewShape}),
        Route("/desks", views.list_desks, ("GET",), _READ, responses={200: shapes.SeatList}),
        Route("/desks/mine", views.set_mine, ("PUT",), "messages.send", body=shapes.Availability,
              responses={204: None}),
        Route("/desks/<uuid:member_id>", views.change_desk, ("PUT",), _MANAGE, body=shapes.DeskShape,
              responses={204: None}),
        Route("/conversations/<uuid:conversation_id>/assignment", views.show_why, ("GET",), _READ,
              responses={200: shapes.WhyShape}),
        Route("/fragments/assignment_panel", views.show_panel, ("GET",), _READ, query=shapes.OfConversation,
              responses={200: HTML}),
    ]


def jobs() -> list[Job]:
    return [Job("give", giving.give_waiting, cron="* * * * *"), Job("regive", giving.regive, cron="*/5 * * * *")]


def panels() -> list[ui.Element]:
    return [
        ui.Page("assignment", title=_("Assignment"), icon="workflow", nav="settings", section=_("Inbox"), order=56,
                permission=_MANAGE, element="inbox-assignment", module="assignment/settings.js"),
        ui.Panel("given", slot="conversation.detail", title=_("Given by rule"), order=25, permission=_READ,
                 fragment="assignment_panel", refresh_on=("conversation.assigned",)),
    ]
