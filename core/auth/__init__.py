"""Who is asking, and what they may do: users, memberships, sessions, API keys, permissions."""
