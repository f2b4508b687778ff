"""Turn a landed public payload, as its publisher gives it, into the plain table that its contract
describes.

Suppliers' files need no adapter: the common reader takes them. National public figures come in forms of
their own (json-stat2, Sotkanet's REST answers, tables that are wide by year or by indicator). An adapter
changes form only: it names, melts and picks, and leaves typing, keys, rejects and counting to the reader,
so that one set of rules judges every file. A contract names its adapter in the custom property ``adapter``.

An adapter gives the header first, then rows of text; None is an empty cell. A figure that the publisher
does not give is an absent row in a table of one figure a row (never zero), and an empty cell where the row
itself says that it is missing (``tilastokeskus``). A payload without rows gives the header alone, which the
reader refuses: Sotkanet answers ``[]`` for a retired indicator with status 200, and silence must not pass
for data.

Terms of the Sotkanet interface: it is for occasional queries, so payloads are saved and landed, not polled.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sources.contract import load_contract
from sources.header import fold, shown_name
from sources.jsonstat import Dataset, Dimension, JsonStatError, Number, decode, describe, loads

Rows = list[list[str | None]]
Adapter = Callable[[Path], Rows]

TOTAL = "SSS"
"""Statistics Finland's code of the sum over a dimension."""

_SOTKANET_HEADER = [
    "indikaattori",
    "alue_id",
    "alue_koodi",
    "vuosi",
    "sukupuoli",
    "arvo",
    "absoluuttinen",
    "luokitus",
]
_SOTKANET_FORMS = (
    "rows of Sotkanet's /rest/1.1/json (indicator, region, year, gender, value), its /rest/1.1/csv, "
    "or a table with region_code, year and one column for each indicator whose name ends in _<indicator id>"
)
_SOTKANET_CSV = ["indicator", "region", "year", "gender", "primaryvalue", "absolutevalue"]

# visits_per_1000_1080 is indicator 1080 (by 1,000 residents); cost_..._3764_3766 is the sum of two.
_INDICATOR_COLUMN = re.compile(r"^.*?(?:_per_\d+)?(?<!_per)_(\d+(?:_\d+)*)$")
_BUDGET_COLUMN = re.compile(r"budget_meur_(\d{4})")

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class UnknownPayload(ValueError):
    """The payload is in no form that the adapter knows. ``found`` and ``accepted`` are short texts."""

    def __init__(self, found: str, accepted: str) -> None:
        super().__init__(f"The payload is {found}. Accepted: {accepted}.")
        self.found = found
        self.accepted = accepted


def read_vaesto(path: Path) -> Rows:
    """Population at 31 December: alue, ika, sukupuoli, vuosi, vaesto, with codes as the payload gives them.

    Takes a json-stat2 answer of Statistics Finland with the codes of June 2026 or the earlier ones
    (contents other than the population are left out), and a table in CSV. Age and sex are optional: a table
    without them is of totals.
    """
    accepted = "json-stat2 with area, year and population, or CSV with alue, vuosi, vaesto (ika, sukupuoli)"
    text = _text(path, accepted)
    if _is_json(text):
        return _population_rows(_dataset(text, accepted), accepted)
    return _population_csv(_csv_rows(text, accepted), accepted)


def read_sotkanet(path: Path) -> Rows:
    """Sotkanet's figures: one row for each indicator, region, year and sex that has a value.

    ``alue_id`` is Sotkanet's own region id (REST answers), ``alue_koodi`` the official code of the
    wellbeing services county or ``FI`` (the wide table); ``luokitus`` says which of the two the row has.
    Never join the one to the other but through the list of counties.
    """
    text = _text(path, _SOTKANET_FORMS)
    if _is_json(text):
        return [list(_SOTKANET_HEADER), *_sotkanet_json(text)]
    rows = _csv_rows(text, _SOTKANET_FORMS)
    header = rows[0] if rows else []
    if [fold(name) for name in header] == _SOTKANET_CSV:
        return [list(_SOTKANET_HEADER), *_sotkanet_csv(rows)]
    if {"region_code", "year"} <= set(header):
        return [list(_SOTKANET_HEADER), *_sotkanet_wide(rows)]
    raise UnknownPayload(_columns_text(header), _SOTKANET_FORMS)


def read_htas(path: Path) -> Rows:
    """Budgeted operating expenditure (million euros) by organiser and year, from a table wide by year."""
    accepted = "CSV with region_code and one column budget_meur_<year> for each year"
    result: Rows = [["organisaatio_koodi", "vuosi", "toimintamenot_meur"]]
    rows = _csv_rows(_text(path, accepted), accepted)
    header = rows[0] if rows else []
    years = {name: match[1] for name in header if (match := _BUDGET_COLUMN.fullmatch(name))}
    if "region_code" not in header or not years:
        raise UnknownPayload(_columns_text(header), accepted)
    for record in _records(rows, accepted):
        result += [[record["region_code"], year, record[name]] for name, year in years.items() if record[name]]
    return result


def read_tilastokeskus(path: Path) -> Rows:
    """Any json-stat2 table of Statistics Finland in long form, one row for each cell, units kept.

    ``ulottuvuudet`` holds the codes of the dimensions other than time and metric as ``id=code;id=code``,
    sorted by id so that the same cell has the same key whatever the order of the query; ``nimet`` their
    names. A null figure stays null.
    """
    accepted = "a json-stat2 dataset with a table id, one time dimension and one metric dimension"
    dataset = _dataset(_text(path, accepted), accepted)
    time, metric = _time(dataset, accepted), _metric(dataset, accepted)
    if not dataset.table_id:
        raise UnknownPayload("a json-stat2 dataset without extension.px.tableid", accepted)
    others = sorted((d for d in dataset.dimensions if d not in (time, metric)), key=lambda d: d.id)
    rows: Rows = [["taulu", "ulottuvuudet", "nimet", "vuosi", "tunnusluku", "tunnusluku_nimi", "yksikko", "arvo"]]
    for codes, value in dataset.cells():
        content = codes[metric.id]
        rows.append(
            [
                dataset.table_id,
                ";".join(f"{d.id}={codes[d.id]}" for d in others) or None,
                "; ".join(d.labels[codes[d.id]] for d in others) or None,
                codes[time.id],
                content,
                metric.labels[content],
                metric.units.get(content),
                _number_text(value),
            ]
        )
    return rows


def read_tililuettelo(path: Path) -> Rows:
    """The State Treasury's chart of accounts: account, name, upper classes from the widest, edition year."""
    upper = {f"cat{level}": f"ylaluokka{level}" for level in range(1, 7)}
    return _picked(path, {"number": "tili", "name": "nimi", **upper, "year": "vuosi"})


def read_palveluluokitus(path: Path) -> Rows:
    """The State Treasury's service classes: class, name, upper class, short name, edition; no texts."""
    names = {
        "number": "palveluluokka",
        "name": "nimi",
        "name_higher": "ylaluokka",
        "short": "lyhenne",
        "year": "vuosi",
    }
    return _picked(path, names)


def read_hyvinvointialueet(path: Path) -> Rows:
    """The official county codes with names in three languages and the region id that Sotkanet uses now."""
    names = {f"name_{language}": f"nimi_{language}" for language in ("fi", "sv", "en")}
    return _picked(path, {"code": "koodi", **names, "sotkanet_region_id": "sotkanet_alue_id"})


ADAPTERS: dict[str, Adapter] = {
    "vaesto": read_vaesto,
    "sotkanet": read_sotkanet,
    "htas": read_htas,
    "tilastokeskus": read_tilastokeskus,
    "tililuettelo": read_tililuettelo,
    "palveluluokitus": read_palveluluokitus,
    "hyvinvointialueet": read_hyvinvointialueet,
}
"""Adapter by the name that a contract gives in the property ``adapter``; each raises UnknownPayload."""


# --- population -----------------------------------------------------------------------------------


def _population_rows(dataset: Dataset, accepted: str) -> Rows:
    time, metric = _time(dataset, accepted), _metric(dataset, accepted)
    area = _by_stem(dataset, "alue")
    age = _by_stem(dataset, "ika", "ikaryhma")
    sex = _by_stem(dataset, "sukupuoli")
    contents = [code for code in metric.labels if fold(code.rpartition("-")[2]) == "vaesto"]
    # A further dimension may only hold its total: any other category is a part of the population.
    further = [
        d.id for d in dataset.dimensions if d not in (time, metric, area, age, sex) and list(d.labels) != [TOTAL]
    ]
    if area is None or len(contents) != 1 or further:
        dimensions = ", ".join(d.id for d in dataset.dimensions)
        found = f"a json-stat2 table by {dimensions} with the contents {', '.join(metric.labels)}"
        raise UnknownPayload(found, accepted)
    rows: Rows = [["alue", "ika", "sukupuoli", "vuosi", "vaesto"]]
    for codes, value in dataset.cells():
        if codes[metric.id] == contents[0]:
            ages_and_sexes = (codes[d.id] if d else TOTAL for d in (age, sex))
            rows.append([codes[area.id], *ages_and_sexes, codes[time.id], _number_text(value)])
    return rows


def _population_csv(rows: list[list[str]], accepted: str) -> Rows:
    """The table as it is, with age and sex added as totals where it has no such column.

    Names of columns are left to the reader, which knows the contract's aliases and warns of what it does
    not know.
    """
    if not rows:
        raise UnknownPayload("an empty file", accepted)
    header, *body = rows
    folded = {fold(name) for name in header}
    contract = load_contract("vaesto")
    absent = [n for n in ("ika", "sukupuoli") if folded.isdisjoint(contract.column(n).folded_names)]
    totals: list[str | None] = [TOTAL] * len(absent)
    table: Rows = [[*header, *absent]]
    for row in body:
        padding = [None] * (len(header) - len(row))
        # A blank line stays blank, for the reader to skip and count.
        table.append([*(cell or None for cell in row), *padding, *totals] if any(row) else [])
    return table


# --- Sotkanet -------------------------------------------------------------------------------------


def _sotkanet_json(text: str) -> Iterator[list[str | None]]:
    document = _json(text, _SOTKANET_FORMS)
    if not isinstance(document, list):
        raise UnknownPayload(describe(document), _SOTKANET_FORMS)
    for position, row in enumerate(document, start=1):
        if not isinstance(row, dict) or not {"indicator", "region", "year", "gender"} <= row.keys():
            raise UnknownPayload(f"a JSON list whose item {position} is {describe(row)}", _SOTKANET_FORMS)
        value, absolute = row.get("value"), row.get("absValue")
        if any(isinstance(v, str | bool | list | dict) for v in (value, absolute)):
            raise UnknownPayload(f"a JSON list whose item {position} has a value that is no number", _SOTKANET_FORMS)
        if value is not None or absolute is not None:
            yield _sotkanet_rest_row(row, _number_text(value), _number_text(absolute))


def _sotkanet_rest_row(row: Mapping[str, Any], value: str | None, absolute: str | None) -> list[str | None]:
    indicator, region, year = (str(row[name]) for name in ("indicator", "region", "year"))
    return [indicator, region, None, year, str(row["gender"]), value, absolute, "sotkanet_region"]


def _sotkanet_csv(rows: list[list[str]]) -> Iterator[list[str | None]]:
    named = [[fold(name) for name in rows[0]], *rows[1:]]
    for record in _records(named, _SOTKANET_FORMS):
        value, absolute = record["primaryvalue"], record["absolutevalue"]
        if value is not None or absolute is not None:
            yield _sotkanet_rest_row(record, value, absolute)


def _sotkanet_wide(rows: list[list[str]]) -> Iterator[list[str | None]]:
    """Melt a table of counties by indicator; a name that ends in two ids is the sum of two indicators."""
    matches = {
        name: _INDICATOR_COLUMN.match(name) for name in rows[0] if name not in ("region_code", "region_name_fi", "year")
    }
    without_id = [name for name, match in matches.items() if match is None]
    if without_id or not matches:
        raise UnknownPayload(
            f"a table whose columns {', '.join(without_id) or '(none)'} name no indicator", _SOTKANET_FORMS
        )
    for record in _records(rows, _SOTKANET_FORMS):
        for name, match in matches.items():
            if match and record[name]:
                indicator, code, year = match[1].replace("_", "+"), record["region_code"], record["year"]
                yield [indicator, None, code, year, "total", record[name], None, "hyvinvointialue"]


# --- json-stat2 -----------------------------------------------------------------------------------


def _json(text: str, accepted: str) -> Any:
    try:
        return loads(text)
    except JsonStatError as error:
        raise UnknownPayload(str(error), accepted) from error


def _dataset(text: str, accepted: str) -> Dataset:
    document = _json(text, accepted)
    try:
        return decode(document)
    except JsonStatError as error:
        raise UnknownPayload(str(error), accepted) from error


def _by_stem(dataset: Dataset, *stems: str) -> Dimension | None:
    """The dimension named by a stem, bare (``Ikä``) or with its classification (``ikaryhma_10_20180101``)."""
    pattern = re.compile(rf"(?:{'|'.join(stems)})\d*")
    found = [d for d in dataset.dimensions if pattern.fullmatch(fold(d.id))]
    return found[0] if len(found) == 1 else None


def _time(dataset: Dataset, accepted: str) -> Dimension:
    return _by_role(dataset, "time", re.compile(r"timeperiod.*|vuosi"), accepted)


def _metric(dataset: Dataset, accepted: str) -> Dimension:
    return _by_role(dataset, "metric", re.compile(r"contentscode|tiedot"), accepted)


def _by_role(dataset: Dataset, role: str, name: re.Pattern[str], accepted: str) -> Dimension:
    """The one dimension of a role; where the answer gives no roles, the one of that name."""
    found = [d for d in dataset.dimensions if d.role == role]
    found = found or [d for d in dataset.dimensions if name.fullmatch(fold(d.id))]
    if len(found) != 1:
        raise UnknownPayload(f"a json-stat2 dataset with {len(found)} {role} dimensions", accepted)
    return found[0]


def _number_text(value: Number | None) -> str | None:
    return None if value is None else format(value, "f" if not isinstance(value, int) else "d")


# --- text and CSV ---------------------------------------------------------------------------------


def _text(path: Path, accepted: str) -> str:
    """Text of a payload, gzipped or not: by its byte order mark, else strict UTF-8, else Windows-1252."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise UnknownPayload(f"a broken gzip file ({error})", accepted) from error
    marked = [encoding for mark, encoding in _BOMS if raw.startswith(mark)]
    for encoding in marked or ("utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise UnknownPayload(f"text with a NUL on line {text[: text.index(chr(0))].count(chr(10)) + 1}", accepted)
        return text
    raise UnknownPayload("bytes that are text in neither UTF-8, UTF-16 nor Windows-1252", accepted)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def _csv_rows(text: str, accepted: str) -> list[list[str]]:
    """Rows of a CSV text, header first; delimiter is the most frequent of ``;``, tab, ``,`` in the header."""
    first_line = text.partition("\n")[0]
    delimiter = max(";\t,", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise UnknownPayload(f"CSV that breaks on line {reader.line_num} ({error})", accepted) from error


def _records(rows: list[list[str]], accepted: str) -> Iterator[dict[str, str | None]]:
    """Rows by header name, empty cells as None; blank lines are no rows, a ragged row is refused."""
    header, *body = rows
    for number, row in enumerate(body, start=2):
        if row and len(row) != len(header):
            found = f"a table whose row {number} has {len(row)} cells under {len(header)} columns"
            raise UnknownPayload(found, accepted)
        if row:
            yield {name: cell or None for name, cell in zip(header, row, strict=True)}


def _picked(path: Path, names: Mapping[str, str]) -> Rows:
    """Columns of a code list under the contract's names; others (running numbers, descriptions) left out."""
    accepted = f"CSV with the columns {', '.join(names)}"
    rows = _csv_rows(_text(path, accepted), accepted)
    header = rows[0] if rows else []
    if not names.keys() <= set(header):
        raise UnknownPayload(_columns_text(header), accepted)
    return [list(names.values()), *([record[name] for name in names] for record in _records(rows, accepted))]


def _columns_text(header: Sequence[str]) -> str:
    """Say what columns a table has; shortened and in ASCII, for it may be a binary file or a table of anything."""
    contract = load_contract("sotkanet")
    names = (shown_name(name, number, contract) for number, name in enumerate(header, start=1))
    return f"a table with the columns {', '.join(names)[:120]!a}"
