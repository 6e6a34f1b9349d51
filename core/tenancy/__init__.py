"""Tenants and the WhatsApp numbers they own."""
