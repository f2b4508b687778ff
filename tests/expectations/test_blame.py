"""Whom a failed check is blamed on: nobody to blame escapes, and nobody else is touched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from expectations import runner
from expectations.engine import Offender, Outcome
from expectations.suite import load_suite

CHECK = load_suite("kirjanpito").checks[1]
ORGANISATIONS = st.sampled_from(["kainuu", "kymenlaakso", "pori"])
DELIVERIES = st.tuples(ORGANISATIONS, st.sampled_from(["d1", "d2", "d3"]))


@given(st.lists(DELIVERIES, unique=True, min_size=1), st.data())
def test_every_delivery_to_blame_fails_once_and_no_other(concerned: list[tuple[str, str]], data: st.DataObject) -> None:
    blamed = data.draw(st.lists(st.sampled_from(concerned)))
    offenders = tuple(Offender(o, d, f"{n}", "0") for n, (o, d) in enumerate(blamed))
    outcome = Outcome("failed" if blamed else "passed", "x", offenders)

    results = list(runner._results(CHECK, outcome, concerned, runner._maker("night", "kirjanpito")))

    failed = [(r.organisation_id, r.delivery_id) for r in results if r.status == "failed"]
    assert sorted(failed) == sorted(set(blamed))
    passed = [r.organisation_id for r in results if r.status == "passed"]
    assert sorted(passed) == sorted({o for o, _ in concerned} - {o for o, _ in blamed})


@given(st.lists(DELIVERIES, unique=True, min_size=1), ORGANISATIONS)
def test_an_offender_without_a_delivery_is_all_of_its_organisations(
    concerned: list[tuple[str, str]], organisation: str
) -> None:
    outcome = Outcome("failed", "x", (Offender(organisation, None, "1", "0"),))

    results = list(runner._results(CHECK, outcome, concerned, runner._maker("night", "kirjanpito")))

    failed = {(r.organisation_id, r.delivery_id) for r in results if r.status == "failed"}
    own = {(o, d) for o, d in concerned if o == organisation}
    assert failed == (own or {(organisation, None)})


@given(st.sampled_from(["failed", "error"]), st.lists(DELIVERIES, unique=True, min_size=1))
def test_a_failure_of_nobody_is_everybodys(status: str, concerned: list[tuple[str, str]]) -> None:
    outcome = Outcome(status, "x")  # type: ignore[arg-type]

    results = list(runner._results(CHECK, outcome, concerned, runner._maker("night", "kirjanpito")))

    assert [(r.status, r.organisation_id, r.delivery_id) for r in results] == [(status, o, d) for o, d in concerned]


@given(st.text(max_size=300), st.dates().map(lambda d: d.strftime("%d%m%y")), st.sampled_from("-+ABCDEFYXWVU"))
def test_the_form_of_an_identity_code_never_gets_through(text: str, day: str, sign: str) -> None:
    code = f"{day}{sign}308T"
    make = runner._maker("night", None)

    result = make("x.y", "WARN", "failed", observed=f"{text} {code} {'0a' * 32}", expected=f"({code.lower()})")

    assert code not in (result.observed or "")
    assert "0a" * 32 not in (result.observed or "")
    assert len(result.observed or "") <= 200
    assert result.expected == "(***)"
