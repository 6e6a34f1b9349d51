-- A file that was uploaded and not sent is forgotten after a month, unless a plugin holds it: a quick reply is sent again
-- and again. `shared`: every member may send it, not only who uploaded it.
create table attachment_holds (
    tenant_id uuid not null,
    attachment_id uuid not null,
    plugin text not null,
    shared boolean not null default false,
    held_at timestamptz not null default now(),
    primary key (tenant_id, attachment_id, plugin),
    foreign key (tenant_id, attachment_id) references attachments (tenant_id, id) on delete cascade
);
select protect_tenant_table('attachment_holds');

-- A function and not a subquery, as 11_walls.sql says: its own policies would be planned with every thread.
create function is_shared_file(p_tenant_id uuid, p_id uuid) returns boolean language sql stable parallel safe as $$
    select exists (select from attachment_holds h
        where h.tenant_id = p_tenant_id and h.attachment_id = p_id and h.shared) $$;
drop policy visibility_by_uploader on attachments;
create policy visibility_by_uploader on attachments as restrictive to comptoir_app
    using (case when (select current_sees()) = 'all' then true when message_id is not null then true
        when uploaded_by = (select current_member()) then true
        when is_shared_file(tenant_id, id) then true end is not null)
    with check (true);
