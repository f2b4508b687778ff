"""Every text that the reader can say exists in every language, with the same blanks to fill."""

import string

import pytest
from babel.messages.pofile import read_po

from sources import messages
from sources.refusal import TEMPLATES, Refusal

READER_TEXTS = [
    *TEMPLATES.values(),
    *messages.ROW_REASONS.values(),
    *messages.SKIP_KINDS.values(),
    *messages.CAVEATS.values(),
]


def blanks(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("language", ["fi", "sv"])
@pytest.mark.parametrize("text", READER_TEXTS)
def test_every_text_is_translated(language, text):
    translated = messages.translator(language)(text)
    assert translated != text
    assert blanks(translated) == blanks(text)


def test_all_catalogues_hold_the_same_texts():
    ids = []
    for language in messages.LANGUAGES:
        with (messages.LOCALE / f"{language}.po").open("rb") as file:
            ids.append({m.id for m in read_po(file) if m.id})
    assert ids[0] == ids[1] == ids[2]
    assert ids[0] >= set(READER_TEXTS)


def test_an_unknown_text_stays_and_an_unknown_language_is_an_error():
    assert messages.translator("fi")("Not in the catalogue") == "Not in the catalogue"
    with pytest.raises(ValueError, match="'de'"):
        messages.translator("de")


def test_texts_by_code():
    finnish = messages.translator("fi")
    assert messages.row_reason("bad_date", finnish).startswith("Tämä ei ole päivämäärä")
    assert messages.caveat("unknown_column:foo:bar", finnish) == "Tuntematon sarake, ei ladattu: foo:bar"
    assert Refusal("unclosed_quote", {"line": 3}).text(finnish).startswith("Rivillä 3 avattua")
