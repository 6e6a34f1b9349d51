"""What administrators do with WhatsApp numbers and Meta apps: connect, examine, change, remove."""

from core.messaging.numbers.desk import NumberDesk

__all__ = ["NumberDesk"]
