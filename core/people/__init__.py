"""How people come and how they get back in: registration, invitations, password resets. Each may send mail."""
