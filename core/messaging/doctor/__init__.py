"""The setup doctor: asks Meta and our own door everything that a number needs, and says what to do about it."""

from core.messaging.doctor.examination import Doctor, Examination, Patient
from core.messaging.doctor.finding import Finding
from core.messaging.doctor.words import told

__all__ = ["Doctor", "Examination", "Finding", "Patient", "told"]
