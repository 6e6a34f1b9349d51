"""E-mail: written in the transaction of its cause, sent by a job, to SMTP or to a folder."""

from core.mail.queue import Mail, Template

__all__ = ["Mail", "Template"]
