"""The three database roles and their logins, all derived from one DATABASE_URL.

`comptoir_owner` owns the tables and migrates; `comptoir_app` is the tenant's, owns nothing and obeys row-level
security; `comptoir_sys` bypasses it, for what happens before a tenant is known (intake, lanes, sequencer, logins).
"""

import hashlib
import hmac
from typing import Literal
from urllib.parse import quote, unquote, urlsplit, urlunsplit

Role = Literal["comptoir_owner", "comptoir_app", "comptoir_sys"]
ROLES: tuple[Role, ...] = ("comptoir_owner", "comptoir_app", "comptoir_sys")


def role_password(database_url: str, role: Role) -> str:
    """The role's password, from the password of DATABASE_URL, so that every process derives the same one."""
    secret = unquote(urlsplit(database_url).password or "")
    return hmac.new(secret.encode(), f"comptoir role {role}".encode(), hashlib.sha256).hexdigest()


def role_url(database_url: str, role: Role) -> str:
    """DATABASE_URL with the role's name and password in place of the administrator's."""
    parts = urlsplit(database_url)
    host = parts.netloc.rpartition("@")[2]
    login = f"{quote(role)}:{role_password(database_url, role)}"
    return urlunsplit((parts.scheme, f"{login}@{host}", parts.path, parts.query, parts.fragment))
