"""A working day: customers at simulated phones, agents in browsers of their own, and what must be true of it."""
