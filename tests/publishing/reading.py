"""How the tests read a page: as a reader does, by its tables and its text."""

from __future__ import annotations

from html.parser import HTMLParser

from publishing import release
from publishing.model import NightlyRun
from sources.settings import Settings


class Tables(HTMLParser):
    """The text of each row's cells of every table, and every start tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag == "br":
            self.handle_data(" ")
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.rows[-1][-1] += data


def page_of(settings: Settings, run: NightlyRun, language: str = "fi") -> str:
    made = release.publish(settings, run)
    return (made.path / "report" / f"{language}.html").read_text(encoding="utf-8")


def parsed(html: str) -> Tables:
    tables = Tables()
    tables.feed(html)
    return tables


def spaced(text: str) -> str:
    return " ".join(text.split())
