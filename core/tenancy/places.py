"""Where the sealed values of numbers and Meta apps belong (`core.secrets.Place`)."""

from uuid import UUID

from core.secrets import Place


def access_token(tenant_id: UUID, phone_number_id: str) -> Place:
    """accounts.access_token_sealed"""
    return Place(tenant_id, "accounts", phone_number_id, "access_token")


def app_secret(tenant_id: UUID | None, slug: str) -> Place:
    """Each of meta_apps.app_secrets_sealed. `tenant_id` is the app's owner, None for the installation."""
    return Place(tenant_id, "meta_apps", slug, "app_secret")


def verify_token(tenant_id: UUID | None, slug: str) -> Place:
    """meta_apps.verify_token_sealed"""
    return Place(tenant_id, "meta_apps", slug, "verify_token")
