"""The road for code that is not trusted: signed webhooks to other systems, and pages of others in a sandboxed frame."""
