"""An indicator in words: its target, what it waits for, how it is computed. For the page and the terminal alike."""

from __future__ import annotations

from publishing.formats import Formats
from publishing.situation import Row, Situation

# Why a cell has no figure, as msgids.
VALUE_STATUSES = {
    "ok": "final",
    "provisional": "provisional",
    "suppressed": "protected: small group",
    "not_reportable": "not reportable",
    "no_data": "no data",
    "not_yet_due": "not yet due",
    "not_applicable": "not applicable",
}
FAMILIES = {
    "sum": "sum over the window",
    "ratio": "ratio of two sums over the window",
    "per_thousand": "sum over the window per 1,000 residents",
    "net_share": "difference of two figures as a share of a third",
    "level": "the stock of the month",
    "cumulative": "sum from the start of the programme",
    "rank": "rank among the organisations that have a value",
    "saving": "original budget of the baseline's year less the sum over the window, with the saving that it held",
    "class_share": "share of the service classes that have such contacts",
    "decrease": "how much smaller the sum over the window is than that of the baseline",
    "increase": "how much larger the sum over the window is than that of the baseline",
    "index": "the figure in percent of its baseline",
}
BASELINE_RULES = {
    "none": "no baseline",
    "given": "stated in the programme document",
    "original_budget": "original budget of the year",
    "own_value": "its own value at the baseline month",
    "first_covered": "its own value at the first month with data",
    "previous_year": "its own value of the same month a year earlier",
}
TARGET_KINDS = {
    "level": "a level that stands by itself",
    "change_abs": "a change from the baseline",
    "change_pct": "a change from the baseline in percent",
    "trajectory": "a path that the document gives point by point",
    "direction": "a direction from the baseline",
    "none": "no target",
}
CERTAINTIES = {
    "stated": "stated in the programme document",
    "inferred": "inferred from the programme document",
    "ours": "set by this system, not by the document",
}


def target(row: Row, formats: Formats) -> str:
    """The target, or its band, or its direction; the change it is of where nothing is known to count it from."""
    text = formats.text
    if row["target_kind"] == "direction":
        return text("lower than the baseline") if row["better"] == "down" else text("higher than the baseline")
    if row["better"] == "within":
        return _band(row, formats)
    if row["target_value"] is None:
        return _change(row, formats)
    return formats.number(row["target_value"], row["unit"])


def _band(row: Row, formats: Formats) -> str:
    """Both edges, or the one that there is; as changes where nothing is known to count them from."""
    edges = row["target_low"], row["target_high"]
    if edges == (None, None):
        low, high = (_stated(row, column, formats) for column in ("stated_target_low", "stated_target_high"))
    else:
        show = formats.quantity if None in edges else formats.number
        low, high = (None if edge is None else show(edge, row["unit"]) for edge in edges)
    return _edges(low, high, formats)


def _edges(low: str | None, high: str | None, formats: Formats) -> str:
    """A range; edges that are shown the same are one number."""
    if low is None and high is None:
        return formats.number(None)
    if low is None:
        return formats.text("at most {value}", value=high)
    if high is None:
        return formats.text("at least {value}", value=low)
    return low if low == high else f"{low}…{high}"


def _change(row: Row, formats: Formats) -> str:
    change = _stated(row, "stated_target_value", formats)
    if change is None:
        return formats.number(None)
    # That a yearly target is counted from the year before is said beside it.
    return change if yearly_note(row, formats) else formats.text("{change} from the baseline", change=change)


def _stated(row: Row, column: str, formats: Formats) -> str | None:
    """A change that the document states, in its own unit; None for other kinds of targets."""
    change, kind = row.get(column), row["target_kind"]
    if change is None or kind not in ("change_abs", "change_pct"):
        return None
    unit = "percent" if kind == "change_pct" else row["unit"]
    return f"{formats.number(change, unit, signed=True)}\N{NO-BREAK SPACE}{formats.unit(unit)}"


def target_note(row: Row, formats: Formats) -> str:
    """When the target is to be reached, or that it is of each year, and its weakest end where there is a range."""
    return "; ".join(filter(None, (_due(row, formats), _weakest(row, formats))))


def _due(row: Row, formats: Formats) -> str:
    if row["target_kind"] == "none":
        return ""
    if row["baseline_rule"] == "previous_year":
        return yearly_note(row, formats)
    return formats.month(row["target_month"]) if row["target_month"] else ""


def yearly_note(row: Row, formats: Formats) -> str:
    """That the target is of each year anew, against the year before; empty for other targets."""
    return formats.text("against the year before") if row["baseline_rule"] == "previous_year" else ""


def _weakest(row: Row, formats: Formats) -> str:
    weakest = row["target_weakest"]
    return "" if weakest is None else formats.text("at the weakest {value}", value=formats.number(weakest, row["unit"]))


def waited_for(row: Row) -> list[str]:
    """The extracts and single figures that are missing, as their ids; ``baseline`` where only that is."""
    given = row.get("waits_for") or []
    names = given if isinstance(given, list) else str(given).replace("|", ",").split(",")
    return [name.strip() for name in names if name.strip()]


def waiting_note(row: Row, formats: Formats) -> str:
    """What the indicator waits for as a sentence; empty where it waits for nothing."""
    names = waited_for(row)
    extracts = [name for name in names if name != "baseline"]
    sentences = [
        formats.text("Waits for the extract: {extracts}.", extracts=", ".join(extracts)) if extracts else "",
        formats.text("Waits for its baseline.") if "baseline" in names else "",
    ]
    return " ".join(filter(None, sentences))


def notes(row: Row, months: list[Row], formats: Formats) -> list[str]:
    """Why the figure is not final, or why there is none."""
    of_month = next((m for m in months if m["month"] == row["month"]), None)
    is_provisional = of_month and of_month["value_status"] == "provisional"
    is_unranked = row["family"] == "rank" and row["value"] is None
    found = [
        formats.text("The figure is provisional: part of it rests on earlier data.") if is_provisional else "",
        waiting_note(row, formats),
        formats.text("A ranking needs a value from at least three organisations.") if is_unranked else "",
    ]
    return [note for note in found if note]


def definition(found: Situation, row: Row, formats: Formats) -> list[tuple[str, str]]:
    """The definition in force, as names and values; what is not known is left out."""
    text = formats.text
    facts = [
        (text("Goal"), goal_name(found, row["programme_id"], row.get("goal_id"), formats.language)),
        (text("How it is computed"), _word(FAMILIES, row["family"], formats)),
        (text("Window, months"), formats.count(row["window_months"])),
        (text("Baseline"), _word(BASELINE_RULES, row["baseline_rule"], formats)),
        (text("The target is"), _target_is(row, formats)),
        (text("Certainty of the target"), _word(CERTAINTIES, row.get("certainty"), formats)),
        (text("Owner"), row.get("owner_role")),
        (text("Source document"), ", ".join(filter(None, (row["document"], row.get("place"))))),
        (text("Definition version"), str(row["definition_version"])),
        (text("Caveats"), " ".join(_caveats(found, row, formats))),
    ]
    return [(name, value) for name, value in facts if value]


def goal_name(found: Situation, programme_id: str, goal_id: str | None, language: str) -> str:
    """The name of a goal of a programme, or its id where the release does not name it."""
    if not goal_id:
        return ""
    goal = found.goals.get((programme_id, goal_id), {})
    return str(goal.get(f"name_{language}") or goal.get("name_fi") or goal_id)


def _target_is(row: Row, formats: Formats) -> str:
    kind = _word(TARGET_KINDS, row["target_kind"], formats)
    if row["better"] == "within" and row["target_kind"] != "none":
        return formats.text("a range, whose edges are: {kind}", kind=kind)
    return kind


def _word(words: dict[str, str], code: str | None, formats: Formats) -> str:
    """The text of a code; a code that is not known here is shown as it is."""
    return formats.text(words[code]) if code and code in words else code or ""


def _caveats(found: Situation, row: Row, formats: Formats) -> list[str]:
    """The catalogue's caveats in words, or by their ids where the release has no words for them."""
    given = row.get("caveats") or []
    ids = given if isinstance(given, list) else str(given).replace(",", "|").split("|")
    texts = found.names["caveat"]
    shown = [
        texts[name][f"text_{formats.language}"] if name in texts else name.replace("_", " ") for name in ids if name
    ]
    if formats.language in str(row.get("translated") or "").split("|"):
        shown.append(formats.text("The name is our translation."))
    return shown
