"""Meta's WhatsApp protocol and nothing else: bytes in, typed values out, and a client. No database."""
