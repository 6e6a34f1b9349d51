-- Each list and each count is read in an order that an index has, and no further than it goes.

-- Nobody's are in an index of their own: `is null` is a condition of an index on the column, but the planner does not take
-- what stands behind it for sorted. Each conversation is in one of the two, so that a message writes no more than before.
-- Beside the keys stands whatever else decides who sees a row (policy `visibility` in 11_walls.sql): who counts a
-- thousand reads them from the index, where their pages have not moved of late, and not from a thousand places.
drop index conversations_by_status, conversations_by_assignee, conversations_by_team;
create index conversations_by_status on conversations (tenant_id, status, last_message_at desc, id desc)
    include (assignee_id, team_id);
create index conversations_by_assignee on conversations (tenant_id, assignee_id, status, last_message_at desc, id desc)
    include (team_id) where assignee_id is not null;
create index conversations_of_nobody on conversations (tenant_id, status, last_message_at desc, id desc)
    include (assignee_id, team_id) where assignee_id is null;
create index conversations_by_team on conversations (tenant_id, team_id, status, last_message_at desc, id desc)
    include (assignee_id) where team_id is not null;

-- Those whose customer waits, the same way; and in the order of the other lists: whoever has waited for an hour is among
-- them. The planner takes them for fewer than they are, and would rather sort one that has all columns than read another
-- in its order: so all have them.
drop index conversations_waiting, conversations_waiting_by_assignee, conversations_waiting_by_team;
create index conversations_waiting on conversations (tenant_id, status, waiting_since, id)
    include (assignee_id, team_id) where waiting_since is not null and status <> 'closed';
create index conversations_waiting_latest on conversations (tenant_id, status, last_message_at desc, id desc)
    include (waiting_since, assignee_id, team_id) where waiting_since is not null and status <> 'closed';
create index conversations_waiting_by_assignee on conversations (tenant_id, assignee_id, status, waiting_since, id)
    include (team_id) where waiting_since is not null and status <> 'closed' and assignee_id is not null;
create index conversations_waiting_of_nobody on conversations (tenant_id, status, waiting_since, id)
    include (assignee_id, team_id) where waiting_since is not null and status <> 'closed' and assignee_id is null;
create index conversations_waiting_by_team on conversations (tenant_id, team_id, status, waiting_since, id)
    include (assignee_id) where waiting_since is not null and status <> 'closed' and team_id is not null;
