"""The words of alerts in Finnish, Swedish and English: catalogues ``locale/alerts_<language>.po``.

Here are also the meanings of the checks that belong to no suite: what the reader, the build and the night itself
record. Everything else a message says of a check comes from its suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from expectations.suite import Check, load_suite

LOCALE_FOLDER = Path(__file__).parent / "locale"

SEVERITIES: Mapping[str, str] = {"ERROR": "Error", "WARN": "Warning"}

ROLES: Mapping[str, str] = {
    "finance": "finance",
    "hr": "human resources",
    "services": "services",
    "facilities": "facilities",
    "programme": "programme office",
    "information_management": "information management",
    "tietohallintojohtaja": "chief information officer",
    "*": "everybody",
}

# By the check's id, then by its first word, then by its last: (meaning, what to do).
OUTSIDE_SUITES: Mapping[str, tuple[str, str]] = {
    "deliveries.stand": (
        "What was delivered stands, or a newer delivery has taken its place.",
        "Correct the file by its list of errors and deliver it again. Until then the earlier delivery stands.",
    ),
    "deliveries.without_rejects": (
        "No row is rejected in the deliveries that stand.",
        "Correct the rejected rows in the source system and deliver the period again.",
    ),
    "reader.taken_in": (
        "Every landed file can be read.",
        "The file is still in landing and is tried again next night. If it fails again, look into the night's log.",
    ),
    "landing.known_place": (
        "Every file in landing lies in the folder of a known organisation and extract.",
        "Move the file into the right folder or remove it.",
    ),
    "landing.settled": (
        "No file in landing is still growing.",
        "See that the transfer has ended. The file is read the next night.",
    ),
    "dbt.run": (
        "The warehouse was built.",
        "Look into the night's log (dagster/nightly.log, or the run on the Dagster pages), mend the cause and run the"
        " night again.",
    ),
    "night.run": (
        "The night has made a release.",
        "Look into the night's log (dagster/nightly.log, or the run on the Dagster pages), mend the cause and run the"
        " night again.",
    ),
    "sensor": (
        "What starts a night by itself works.",
        "Look at the sensor on the Dagster pages. The night can be started by hand: tilannekuva nightly.",
    ),
    "dbt": (
        "A rule that always holds in the warehouse holds.",
        "Look at the test of this name in dbt_project: either a delivery is wrong or a definition is.",
    ),
    "history.closed_month": (
        "The figures of a closed month stay as they were closed.",
        "indicator.closed_value shows what was closed beside what is published now, and indicator.restatement why it"
        " changed. Say in the next report that the month was corrected.",
    ),
    "guard": (
        "Every check that must run has run.",
        "See which checks are missing, crashed or not listed, and mend the suite or expectations/checks.csv.",
    ),
    "suite": (
        "The checks could be run.",
        "Nothing has been judged, so nothing new was taken into use. Look into the night's log and mend the suite.",
    ),
    "": (
        "The check passes.",
        "Ask information management.",
    ),
}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The texts of one language by their English text."""
    with (LOCALE_FOLDER / f"alerts_{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


class Words:
    """The words of one language of ``fi``, ``sv`` and ``en``."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, msgid: str, **params: object) -> str:
        """A text with ``{name}`` filled in; English where it is not translated."""
        return (catalogue(self.language).get(msgid) or msgid).format(**params)

    def severity(self, severity: str) -> str:
        """The word for ERROR or WARN."""
        return self.say(SEVERITIES.get(severity, severity))

    def role(self, role: str) -> str:
        """The name of a role; one that is not ours is shown as it is."""
        return self.say(ROLES[role]) if role in ROLES else role.replace("_", " ")

    def of_suite(self, check_id: str) -> bool:
        """Is it a check of a suite? What another one expects is in its meaning, and only there in every language."""
        return _of_suite(check_id) is not None

    def meaning(self, check_id: str) -> str:
        """What a check says when it passes."""
        check = _of_suite(check_id)
        return check.meaning[self.language].strip() if check else self.say(_outside(check_id)[0])

    def what_to_do(self, check_id: str) -> str:
        """What to do when a check fails."""
        check = _of_suite(check_id)
        return check.what_to_do[self.language].strip() if check else self.say(_outside(check_id)[1])

    def undelivered(self, title: str, body: str, channel: str, failures: int) -> tuple[str, str]:
        """Title and body of a message that goes out by the fallback, because its own channel does not take it."""
        reported = self.say(
            "Channel {channel} of settings.toml has not taken this message ({failures} failed attempts in a row)."
            " Mend the channel and see that the message reaches whom it is meant for; it is tried again by itself.",
            channel=channel,
            failures=failures,
        )
        return self.say("Not delivered: {title}", title=title), f"{reported}\n\n{body}"


def _of_suite(check_id: str) -> Check | None:
    try:
        checks = load_suite(check_id.split(".")[0]).checks
    except Exception:  # no such suite, or a broken one: whoever must hear of it hears of it without its words
        return None
    return next((check for check in checks if check.check_id == check_id), None)


def _outside(check_id: str) -> tuple[str, str]:
    first, _, last = check_id.partition(".")
    return next(OUTSIDE_SUITES[name] for name in (check_id, first, last, "") if name in OUTSIDE_SUITES)
