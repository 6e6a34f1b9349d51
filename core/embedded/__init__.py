"""PostgreSQL and Valkey from wheels, and the supervisor of `comptoir up`."""
