"""Bytes of a landed text file: encoding, line ends, blank lines, quotes.

DuckDB's CSV reader is fast and exact on UTF-8 text with one kind of line end; it drops blank lines (so that
record numbers would drift), stops at mixed line ends, and takes no NUL. This module finds out in one pass
what a file is, and rewrites it only where DuckDB would not read it faithfully. No Python code runs per row,
except in :func:`rewrite`, which is the exact and slow way for a file that is otherwise unreadable, and
which finds the line of a broken quote.

Deliberately not here: what the cells mean.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from sources.refusal import Refused

_CHUNK = 8 << 20
_QUOTE, _LF, _CR = 34, 10, 13
_BLANK_LINE = re.compile(rb"(?m)^(?=\r?\n)")


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What one pass over the bytes tells. ``lines`` counts line feeds, and a last line without one."""

    encoding: str
    lines: int
    quotes: bool
    blank_lines: bool
    line_ends_mixed: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The records of a readable text file; ``multiline`` where a quoted cell holds a line feed."""

    records: int
    multiline: bool


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of the file's bytes: the delivery_id."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpack(path: Path, target: Path) -> Path:
    """Decompress the gzip file ``path`` to ``target`` and return it; Refused where it is broken."""
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _CHUNK)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused("broken_gzip") from error
    return target


def inspect(path: Path) -> TextFacts:
    """Return the facts of a text file in any accepted encoding.

    Strict UTF-8 first (with or without BOM), UTF-16 by its BOM, else Windows-1252. Refused with the line
    number for an embedded NUL and for bytes that Windows-1252 does not know.
    """
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return TextFacts("utf-16", 0, False, False, True)
        file.seek(0)
        return _inspect_bytes(file)


def _inspect_bytes(file: IO[bytes]) -> TextFacts:
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, quotes, blank = True, False, False
    feeds = returns = pairs = 0
    last = b"\n"
    for chunk in _line_chunks(file):
        if (nul := chunk.find(b"\0")) >= 0:
            raise Refused("embedded_nul", line=feeds + chunk.count(b"\n", 0, nul) + 1)
        utf8 = utf8 and _decodes(decoder, chunk)
        quotes = quotes or b'"' in chunk
        blank = blank or chunk.startswith((b"\n", b"\r\n")) or b"\n\n" in chunk
        feeds += chunk.count(b"\n")
        if b"\r" in chunk:
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n")
            blank = blank or b"\n\r\n" in chunk
        last = chunk[-1:]
    utf8 = utf8 and not decoder.getstate()[0]
    mixed = returns != pairs or pairs not in (0, feeds)
    lines = feeds + (last != b"\n")
    return TextFacts("utf-8" if utf8 else "windows-1252", lines, quotes, blank, mixed)


def _line_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Large chunks that end at a line feed, so that no line end and no UTF-8 sequence is cut in two."""
    while chunk := file.read(_CHUNK):
        yield chunk + file.readline()


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    if chunk.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def to_utf8(path: Path, facts: TextFacts, target: Path) -> tuple[Path, TextFacts]:
    """Return a file in UTF-8 with one kind of line end, and its facts: ``path`` itself where it is that
    already.

    In a file with line feeds a lone carriage return is no line end and becomes a space; in one without any
    it is the line end (old Macintosh).
    """
    if facts.encoding == "utf-8" and not facts.line_ends_mixed:
        return path, facts
    encoding = facts.encoding
    if encoding == "utf-16":
        path = _from_utf16(path, target.with_suffix(".utf8"))
        facts = inspect(path)
    lone = b" " if facts.lines > 1 else b"\n"
    with path.open("rb") as source, target.open("wb") as sink:
        number = 1
        for chunk in _line_chunks(source):
            text = _utf8(chunk, facts.encoding, number)
            sink.write(text.replace(b"\r\n", b"\n").replace(b"\r", lone))
            number += chunk.count(b"\n")
    seen = inspect(target)
    return target, TextFacts(encoding, seen.lines, seen.quotes, seen.blank_lines, False)


def _from_utf16(path: Path, target: Path) -> Path:
    try:
        with (
            path.open("r", encoding="utf-16", newline="") as source,
            target.open("w", encoding="utf-8", newline="") as sink,
        ):
            shutil.copyfileobj(source, sink, _CHUNK)
    except UnicodeError as error:
        raise Refused("bad_encoding", line=1) from error
    return target


def _utf8(chunk: bytes, encoding: str, first_line: int) -> bytes:
    if encoding == "utf-8":
        return chunk
    try:
        return chunk.decode("cp1252").encode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("bad_encoding", line=first_line + chunk.count(b"\n", 0, error.start)) from error


def keep_blank_lines(path: Path, facts: TextFacts, delimiter: str, target: Path) -> tuple[Path, Layout | None]:
    """Give every blank line a delimiter, so that it stays a record; return the file and its layout.

    The layout is None where the quotes do not pair up: only :func:`rewrite` can tell then.
    """
    if not facts.quotes:
        if facts.blank_lines:
            with path.open("rb") as source, target.open("wb") as sink:
                for chunk in _line_chunks(source):
                    sink.write(_BLANK_LINE.sub(delimiter.encode(), chunk))
            path = target
        return path, Layout(facts.lines, False)
    return _keep_blank_lines_outside_quotes(path, facts, delimiter, target)


def _keep_blank_lines_outside_quotes(
    path: Path, facts: TextFacts, delimiter: str, target: Path
) -> tuple[Path, Layout | None]:
    records, multiline, inside, last = 0, False, 0, b"\n"
    with path.open("rb") as source, target.open("wb") as sink:
        for chunk in _line_chunks(source):
            data = np.frombuffer(chunk, dtype=np.uint8)
            quotes = np.flatnonzero(data == _QUOTE)
            feeds = np.flatnonzero(data == _LF)
            within = (np.searchsorted(quotes, feeds) + inside) & 1
            records += int(len(feeds) - within.sum())
            multiline = multiline or bool(within.any())
            if facts.blank_lines:
                sink.write(_insert(data, _blank_starts(data, feeds, within), delimiter))
            inside = (inside + len(quotes)) & 1
            last = chunk[-1:]
    layout = None if inside else Layout(records + (last != b"\n"), multiline)
    return (target if facts.blank_lines else path), layout


def _blank_starts(
    data: np.ndarray[tuple[int], np.dtype[np.uint8]],
    feeds: np.ndarray[tuple[int], np.dtype[np.intp]],
    within: np.ndarray[tuple[int], np.dtype[np.intp]],
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Positions where an empty line outside quotes begins (it may hold a carriage return)."""
    starts = np.concatenate(([0], feeds[:-1] + 1)) if len(feeds) else feeds
    length = feeds - starts
    empty = (length == 0) | ((length == 1) & (data[starts] == _CR))
    blank = np.flatnonzero(empty & (within == 0))
    return np.asarray(starts[blank], dtype=np.intp)


def _insert(
    data: np.ndarray[tuple[int], np.dtype[np.uint8]],
    positions: np.ndarray[tuple[int], np.dtype[np.intp]],
    delimiter: str,
) -> bytes:
    return np.insert(data, positions, ord(delimiter)).tobytes() if len(positions) else data.tobytes()


def head(path: Path, delimiter: str, records: int = 200) -> list[list[str]]:
    """Return the first records of a UTF-8 text file, split at ``delimiter``; [] for a blank line."""
    with path.open("r", encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        found: list[list[str]] = []
        try:
            for record in reader:
                found.append(record)
                if len(found) == records:
                    break
        except csv.Error:  # a cell without end: what came before may still hold the header
            pass
        return found


def rewrite(path: Path, delimiter: str, width: int, target: Path) -> Layout:
    """Write the records of ``path`` to ``target`` with exactly ``width`` cells each, one line a record.

    Cells beyond the width are joined into the last one, line feeds inside cells become spaces. Refused with
    the line number where a quote is not closed. A Python loop over rows: only for what DuckDB cannot read.
    """
    records = 0
    with (
        path.open("r", encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        writer = csv.writer(sink, delimiter=delimiter, lineterminator="\n")
        begins = 1
        try:
            for record in reader:
                writer.writerow(_fit(record, width))
                records += 1
                begins = reader.line_num + 1
        except csv.Error as error:
            raise Refused("unclosed_quote", line=begins) from error
    return Layout(records, False)


def _fit(record: list[str], width: int) -> list[str]:
    cells = [" ".join(cell.splitlines()) for cell in record]
    beyond = " ".join(cell for cell in cells[width - 1 :] if cell)
    return [*cells[: width - 1], *[""] * (width - 1 - len(cells)), beyond]
