-- Sending every type of message, and what goes with it.

-- Meta delivers only while the recipient's identity is still the one this stands for.
alter table messages add column identity_key_hash text;
