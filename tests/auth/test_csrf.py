from core.auth.csrf import csrf_token, is_own_origin


def test_a_token_is_the_sessions_own_and_reveals_nothing_of_its_secret() -> None:
    assert csrf_token(b"a" * 32) == csrf_token(b"a" * 32) != csrf_token(b"b" * 32)
    assert b"a" * 4 not in bytes.fromhex(csrf_token(b"a" * 32))


def test_an_origin_is_ours_only_when_it_is_exactly_ours() -> None:
    for origin in ("http://inbox.test:8600", "https://inbox.test:8600", "https://public.test"):
        assert is_own_origin(origin, "inbox.test:8600", "https://public.test")
    foreign = ("null", "", "http://inbox.test", "http://inbox.test:8600.evil.test", "http://evil.test",
               "ftp://inbox.test:8600", "http://inbox.test:8600@evil.test", "https://public.test.evil")  # fmt: skip
    for origin in foreign:
        assert not is_own_origin(origin, "inbox.test:8600", "https://public.test")
