"""Search across messages, contacts and groups (docs/decisions/0038-search.md)."""
