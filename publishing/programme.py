"""What a programme follows beside its indicators, as the page and the terminal show it.

Each kind is a part: a table for the page and a few lines for the terminal. A programme has the parts that the release
has rows for; nothing here knows any programme by name.
"""

from __future__ import annotations

from collections.abc import Callable

from publishing import programme_actions, programme_money
from publishing.formats import Formats
from publishing.part import Part
from publishing.situation import Row, Situation

Maker = Callable[[Situation, list[Row], Formats], Part | None]

# In the order of the page: what the weekly meeting must decide, money, then what the money is to give, then the work.
MAKERS: tuple[tuple[str, Maker], ...] = (
    ("escalations", programme_actions.escalations),
    ("cost_targets", programme_money.cost_targets),
    ("allocations", programme_money.allocations),
    ("projects", programme_money.projects),
    ("reconciliation", programme_money.reconciliation),
    ("baskets", programme_actions.baskets),
    ("goals", programme_actions.goals),
    ("municipalities", programme_actions.municipalities),
    ("portfolio", programme_actions.portfolio),
    ("overdue", programme_actions.overdue),
    ("risks", programme_actions.risks),
)


def parts(found: Situation, programme_id: str, organisation_id: str, formats: Formats) -> list[Part]:
    """The parts of one programme of one organisation that there is something to show of."""
    made = []
    for name, make in MAKERS:
        rows = [
            row
            for row in found.beside[name]
            if row["organisation_id"] == organisation_id and row["programme_id"] in (programme_id, None)
        ]
        if rows and (part := make(found, rows, formats)):
            made.append(part)
    return made
