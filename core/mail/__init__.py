"""E-mail: written in the transaction of its cause, sent by a job, to SMTP or to a folder."""
