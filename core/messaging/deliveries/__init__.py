"""Deliveries after they were applied: kept by days, found, explained, set aside, replayed."""
