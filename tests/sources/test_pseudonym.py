"""Pseudonyms: the SQL against Python's own HMAC, and the key's file."""

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.pseudonym import load_key, pseudonym, pseudonym_sql


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.text(min_size=1, max_size=30).filter(lambda t: "\0" not in t))
def test_sql_agrees_with_pythons_hmac(key, value):
    found = duckdb.execute(f"SELECT {pseudonym_sql(key, 'pori', '?')}", [value]).fetchone()[0]
    assert found == hmac.new(key, ("pori" + value).encode(), hashlib.sha256).hexdigest()


def test_nothing_stays_nothing_and_organisations_stay_apart():
    key = bytes(32)
    with duckdb.connect() as connection:
        query = f"SELECT {pseudonym_sql(key, 'pori', 'CAST(NULL AS VARCHAR)')}"
        assert connection.execute(query).fetchone() == (None,)
    assert pseudonym(key, "pori", " 17 ") == pseudonym(key, "pori", "17")
    assert pseudonym(key, "pori", "17") != pseudonym(key, "kainuu", "17")
    assert pseudonym(key, "pori", "17") != pseudonym(b"\1" + key[1:], "pori", "17")


def test_the_key_is_made_once_and_is_private(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load_key, [tmp_path / "secrets"] * 8))
    assert len(keys) == 1 and len(keys.pop()) == 32
    path = tmp_path / "secrets" / "pseudonym.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["pseudonym.key"]


def test_a_damaged_key_is_an_error_not_a_new_key(tmp_path):
    (tmp_path / "pseudonym.key").write_text("abcd")
    with pytest.raises(ValueError, match="32 bytes"):
        load_key(tmp_path)
