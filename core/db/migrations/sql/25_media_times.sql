-- When a file was last tried, and when it was settled: stored, or given up. Told by "explain this message".
alter table attachments
    add column tried_at timestamptz,
    add column settled_at timestamptz;
