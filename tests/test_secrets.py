import pytest

from core.secrets import SealBroken, open_sealed, seal

PLACE = "accounts|1066|access_token"


def test_a_sealed_value_opens_in_its_place_only() -> None:
    sealed = seal("k1", "EAAG-token", PLACE)
    assert "EAAG" not in sealed
    assert open_sealed("k1", sealed, PLACE) == "EAAG-token"
    with pytest.raises(SealBroken, match="moved from another row"):
        open_sealed("k1", sealed, "accounts|1067|access_token")


def test_another_key_is_named_as_the_cause() -> None:
    with pytest.raises(SealBroken, match="COMPTOIR_SECRET_KEY"):
        open_sealed("k2", seal("k1", "x", PLACE), PLACE)


@pytest.mark.parametrize("damage", ["", "v1.a.b", "nonsense"])
def test_rubbish_is_refused_as_broken(damage: str) -> None:
    with pytest.raises(SealBroken):
        open_sealed("k1", damage, PLACE)


def test_a_changed_byte_is_refused() -> None:
    sealed = seal("k1", "secret", PLACE)
    flipped = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    with pytest.raises(SealBroken):
        open_sealed("k1", flipped, PLACE)
