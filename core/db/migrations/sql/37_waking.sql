-- Snoozed conversations by the moment at which they open again (core.messaging.waking), of all tenants together.

create index conversations_waking on conversations (snoozed_until) where status = 'snoozed' and snoozed_until is not null;
