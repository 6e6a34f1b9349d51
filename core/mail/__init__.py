"""E-mail: written in the transaction of its cause, sent by a job, to SMTP or to a folder."""

from core.mail.outlets import open_outlet
from core.mail.postman import Postman
from core.mail.queue import Mail
from core.mail.wordings import Template

__all__ = ["Mail", "Postman", "Template", "open_outlet"]
