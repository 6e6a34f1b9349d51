-- How far the history of a phone's WhatsApp Business app has come, or that its owner declined to share it: what Meta said
-- last, {at, phase, progress, error_code, error}.
alter table accounts add column history jsonb;
