"""Tokens that open one door once: invitations and password resets. They travel by mail; the database has their hash."""

import hashlib
import secrets


def fresh_token() -> tuple[str, bytes]:
    """(the token, its hash): 256 random bits, so that a plain hash cannot be searched."""
    token = secrets.token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> bytes:
    """What is stored, and looked up by."""
    return hashlib.sha256(token.encode()).digest()
