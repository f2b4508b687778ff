"""Keyed pseudonyms of persons: HMAC-SHA-256(key, organisation_id + value), hex.

Made at reading, so that nothing after the lake's door knows an identifier. The same person has another
pseudonym in another organisation: registers of two controllers cannot be joined. The key never leaves
``secrets/``; without it pseudonyms cannot be made anew from a list of known identifiers. Lost, it cuts the
tie to earlier deliveries, nothing more.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_BYTES = 32
_BLOCK = 64  # of SHA-256, RFC 2104


def load_key(folder: Path) -> bytes:
    """Return the key in ``folder/pseudonym.key``, made on first use with mode 0600; ValueError where it is
    damaged.

    Two processes may start at once: the file appears whole (link of a finished file), and the first one
    wins.
    """
    path = folder / "pseudonym.key"
    if not path.exists():
        _create(path)
    key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path.name} does not hold {KEY_BYTES} bytes in hexadecimal.")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def pseudonym(key: bytes, organisation_id: str, value: str) -> str:
    """Return the pseudonym of ``value`` (trimmed) as 64 hex digits."""
    return hmac.new(key, (organisation_id + value.strip()).encode(), hashlib.sha256).hexdigest()


def pseudonym_sql(key: bytes, organisation_id: str, text: str) -> str:
    """Return the same as a DuckDB expression over the VARCHAR expression ``text``, which must be trimmed;
    NULL stays NULL.

    HMAC by its definition, H((K ^ opad) || H((K ^ ipad) || m)): DuckDB has SHA-256 but no HMAC.
    """
    padded = key.ljust(_BLOCK, b"\0")
    inner = _blob(bytes(b ^ 0x36 for b in padded) + organisation_id.encode())
    outer = _blob(bytes(b ^ 0x5C for b in padded))
    return f"sha256({outer} || unhex(sha256({inner} || encode({text}))))"


def _blob(value: bytes) -> str:
    return f"unhex('{value.hex()}')"
