"""A simulated number: who it is, the keys that belong to it, and what Meta thinks of it."""

import secrets
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from comptoir_sdk.sandbox.settings import Settings

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")
Status = Literal["CONNECTED", "DISCONNECTED", "FLAGGED", "RESTRICTED", "BANNED", "PENDING", "UNVERIFIED"]
NameStatus = Literal["APPROVED", "AVAILABLE_WITHOUT_REVIEW", "DECLINED", "EXPIRED", "PENDING_REVIEW", "NONE"]
Tier = Literal["TIER_50", "TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"]


class Facts(BaseModel):
    """What the Graph API says of a number, its WABA and its token. Names are Meta's where Meta has one."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    status: Status = "CONNECTED"
    name_status: NameStatus = "APPROVED"
    quality_rating: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"] = "GREEN"
    throughput: Literal["STANDARD", "HIGH", "NOT_APPLICABLE"] = "STANDARD"
    whatsapp_business_manager_messaging_limit: Tier = "TIER_UNLIMITED"
    code_verification_status: Literal["VERIFIED", "NOT_VERIFIED", "EXPIRED"] = "VERIFIED"
    business_verification_status: Literal["verified", "not_verified", "pending", "rejected"] = "verified"
    account_review_status: Literal["APPROVED", "PENDING", "REJECTED"] = "APPROVED"
    can_send_message: Literal["AVAILABLE", "LIMITED", "BLOCKED"] = "AVAILABLE"
    token_valid: bool = True
    token_expires_at: int = Field(default=0, ge=0, description="Unix seconds; 0 for a token that never expires")
    scopes: tuple[str, ...] = SCOPES
    require_appsecret_proof: bool = False


class Number(BaseModel):
    """Ids and keys. One app may hold several numbers, and so may one WABA."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    phone_number_id: str = Field(pattern=r"^[0-9]{1,32}$")
    waba_id: str = Field(pattern=r"^[0-9]{1,32}$")
    business_name: str = Field(min_length=1, max_length=128)
    display_phone_number: str = Field(pattern=r"^[0-9]{5,15}$")
    token: str = Field(min_length=1, max_length=512)
    app_id: str = Field(pattern=r"^[0-9]{1,32}$")
    app_name: str = "Sandbox app"
    app_secret: str = Field(min_length=1, max_length=256)
    verify_token: str = Field(min_length=1, max_length=256)
    webhook_url: str = Field(description="an address, or only its path when it is where the first number's is")

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The first number, the one that the settings describe."""
        return cls.model_construct(
            phone_number_id=settings.phone_number_id, waba_id=settings.waba_id,
            business_name=settings.business_name, display_phone_number=settings.display_phone_number,
            token=settings.token, app_id=settings.app_id, app_name="Sandbox app", app_secret=settings.app_secret,
            verify_token=settings.verify_token, webhook_url=settings.webhook_url,
        )  # fmt: skip


def new_token() -> str:
    """A token that looks like a system user's."""
    return f"EAAG{secrets.token_hex(24)}"
