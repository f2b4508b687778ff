"""What every page of a release has in common: the template, the style, and the policy that lets nothing else in.

A page needs no script and no network: a strict content security policy allows its own style sheet (by hash) and
nothing else. Jinja2 escapes everything; the only ready-made markup is our own charts.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from publishing.formats import Formats
from publishing.situation import Row

STYLE = Path(__file__).parent / "templates" / "page.css"

# The pages of a release by their folder: their name, as a msgid of the common catalogue.
PAGES = {"report": "Situation picture", "quality": "Data quality"}


def html(folder: str, release: Row, formats: Formats, **context: object) -> str:
    """The page of ``folder`` (a key of PAGES) as HTML text: its template ``<folder>.html`` filled with the context.

    ``release`` is the row of ``meta.release`` that heads the page.
    """
    style = STYLE.read_text(encoding="utf-8")
    template = _environment().get_template(f"{folder}.html")
    return template.render(
        _=formats.text,
        f=formats,
        release=release,
        title=formats.text(PAGES[folder]),
        pages=[(name == folder, f"../{name}/{formats.language}.html", formats.text(PAGES[name])) for name in PAGES],
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        **context,
    )


def write(path: Path, text: str) -> Path:
    """Write a page, making its folder; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("publishing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
