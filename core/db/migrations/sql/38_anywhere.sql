-- How a person likes their screens, on every device: what core/people/preferences.py knows; nothing said is the default.
alter table users add column preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object');
