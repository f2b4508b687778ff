"""The command line. Thin: parse, call, print; every rule lives in the packages it calls.

Dagster, dbt and Great Expectations are imported inside the commands that need them, so that
``tilannekuva release list`` answers at once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from orchestration.lock import NightIsRunning, one_night_at_a_time
from orchestration.outcome import utc_now
from sources.settings import REPOSITORY, Settings

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult

RELEASED, FAILED, WITHHELD = 0, 1, 2

# Dagster tells its every step on the terminal; the bar and the causes below are enough, and its own log has the rest.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

app = typer.Typer(
    help="Tilannekuva: the nightly situation picture of a wellbeing services county.", no_args_is_help=True
)
release_app = typer.Typer(help="List, verify and roll back releases.", no_args_is_help=True)
app.add_typer(release_app, name="release")
incident_app = typer.Typer(help="What is wrong, and who knows of it.", no_args_is_help=True)
alerts_app = typer.Typer(help="Deliver messages; make the morning's digest.", no_args_is_help=True)
app.add_typer(incident_app, name="incident")
app.add_typer(alerts_app, name="alerts")
# A pipe or a log has no width of its own, and the headline table needs some.
WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
out = Console(width=WIDTH)
err = Console(stderr=True, width=WIDTH)


class Language(StrEnum):
    """Languages of everything a user reads; Finnish first."""

    fi = "fi"
    sv = "sv"
    en = "en"


LanguageOption = Annotated[Language, typer.Option(help="Language of what is printed.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day the night is made for; today by default."),
]


@app.command()
def generate(
    organisation: Annotated[str, typer.Option(help="organisation_id, such as kymenlaakso")] = "kymenlaakso",
    months: Annotated[
        int, typer.Option(min=1, help="months from January 2023 on; an older programme has its own span")
    ] = 36,
    scale: Annotated[float, typer.Option(min=0.001, help="1 = as many rows as a real county")] = 0.02,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bytes")] = 1,
) -> None:
    """Put generated demo extracts and the real public payloads into landing/."""
    from sources.demo import generate as make
    from sources.public import land_public_payloads

    settings = Settings().ensure()
    try:
        with _bar() as bar:
            task = bar.add_task(f"generate {organisation}")
            made = make(
                settings,
                organisation_id=organisation,
                months=months,
                scale=scale,
                seed=seed,
                progress=lambda done, total, name: bar.update(task, completed=done, total=total, description=name),
            )
    except (FileExistsError, ValueError) as problem:
        err.print(str(problem), style="red", markup=False)
        raise typer.Exit(FAILED) from problem
    land_public_payloads(settings)
    rows = ", ".join(f"{extract} {count:,}" for extract, count in made.rows.items())
    out.print(
        f"Generated, nobody's real data: {len(made.files)} files of {made.organisation_id}, {made.first_month} to"
        f" {made.last_month}, seed {made.seed}, scale {made.scale:g}, in {made.seconds:.0f} s ({rows})",
        markup=False,
        highlight=False,
    )


@app.command()
def nightly(as_of: AsOf = None, language: LanguageOption = Language.fi) -> None:
    """The whole job through Dagster. Exit 0 released, 1 failed, 2 released with data withheld."""
    raise typer.Exit(_run_night(as_of.date() if as_of else None, language))


@app.command()
def demo(
    as_of: AsOf = None,
    months: Annotated[int, typer.Option(min=1)] = 33,
    scale: Annotated[float, typer.Option(min=0.001)] = 0.02,
    language: LanguageOption = Language.fi,
) -> None:
    """What `make run` does: demo extracts where nothing has ever landed, then the nightly and a summary."""
    from sources.demo import without_files
    from sources.lake import origins

    settings = Settings().ensure()
    for organisation in without_files(settings):
        generate(organisation=organisation, months=months, scale=scale)
    # The demo's own date holds only while everything in the house is generated; real deliveries are judged by today.
    delivered = "delivered" in origins(settings)
    raise typer.Exit(_run_night(as_of.date() if as_of and not delivered else None, language))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="the file to be delivered")],
    extract: Annotated[str, typer.Option(help="extract_id, such as kirjanpito")],
    organisation: Annotated[str, typer.Option()] = "kymenlaakso",
    language: LanguageOption = Language.fi,
    errors: Annotated[Path | None, typer.Option(help="write the error list to this .xlsx")] = None,
) -> None:
    """Read a file as the night would, without taking it in. Exit 0 acceptable, 1 it would be refused."""
    from orchestration.shown import checked, errors_refused, write_errors
    from sources.contract import load_contracts
    from sources.letter import letter_of_report
    from sources.reader import check_file

    contracts = load_contracts()
    if extract not in contracts:
        err.print(f"unknown extract {extract!r}; known: {', '.join(sorted(contracts))}", style="red")
        raise typer.Exit(FAILED)
    if errors and (problem := errors_refused(file, errors, language.value)):
        err.print(problem, style="red", markup=False)
        raise typer.Exit(FAILED)
    reading = check_file(file, contracts[extract], organisation)
    out.print(checked(reading, language.value))
    if errors:
        written = letter_of_report(reading, contracts[extract], organisation, file.name, language.value)
        done, line = write_errors(written, errors)
        (out if done else err).print(line, markup=False, highlight=False, soft_wrap=True)
        if not done:
            raise typer.Exit(FAILED)
    raise typer.Exit(RELEASED if reading.decision == "accepted" else FAILED)


@app.command()
def status(language: LanguageOption = Language.fi) -> None:
    """What is current, what is overdue or held back, open incidents."""
    _summarise(Settings(), language)


@app.command()
def report(
    release: Annotated[str, typer.Option(help="release_id; the current one by default")] = "current",
    language: LanguageOption = Language.fi,
) -> None:
    """Print the path of a release's page."""
    page = Settings().releases / release / "report" / f"{language.value}.html"
    if not page.exists():
        err.print(f"no page at {page}", style="red", markup=False)
        raise typer.Exit(FAILED)
    out.print(page.resolve().as_uri(), soft_wrap=True)


@app.command()
def dev() -> None:
    """The Dagster pages and daemon on 127.0.0.1."""
    home = _dagster_home(Settings().ensure())
    program = Path(sys.executable).parent / "dagster"
    command = [str(program), "dev", "-h", "127.0.0.1", "-w", str(REPOSITORY / "workspace.yaml")]
    raise typer.Exit(subprocess.call(command, env={**os.environ, "DAGSTER_HOME": str(home)}))


@release_app.command("list")
def release_list() -> None:
    """Releases on disk, newest first; the current one is marked."""
    from publishing.release import list_releases

    for found in list_releases(Settings()):
        out.print(f"{'*' if found.current else ' '} {found.release_id}  {found.as_of}", highlight=False)


@release_app.command("rollback")
def release_rollback(
    release_id: Annotated[str | None, typer.Argument(help="the previous one by default")] = None,
) -> None:
    """Make an earlier release the current one again."""
    from publishing.release import ReleaseError, rollback

    settings = Settings()
    try:
        with one_night_at_a_time(settings.home, "release rollback"):
            out.print(f"current is now {rollback(settings, release_id).release_id}", highlight=False)
    except (NightIsRunning, ReleaseError) as problem:
        err.print(str(problem), style="red", markup=False)
        raise typer.Exit(FAILED) from problem


@release_app.command("verify")
def release_verify(
    release_id: Annotated[str | None, typer.Argument(help="the current one by default")] = None,
) -> None:
    """Compare a release with its own manifest: hashes, row counts, that it opens."""
    from publishing.release import verify

    problems = verify(Settings(), release_id)
    for problem in problems:
        err.print(problem, style="red", markup=False)
    out.print("verified" if not problems else f"{len(problems)} problems")
    raise typer.Exit(FAILED if problems else RELEASED)


@incident_app.command("list")
def incident_list(everything: Annotated[bool, typer.Option("--all", help="those that have ended too")] = False) -> None:
    """Incidents, oldest first."""
    from publishing import incidents

    for found in incidents.read(Settings()):
        if everything or found.state != "resolved":
            place = "/".join(filter(None, (found.organisation_id, found.extract_id))) or "-"
            line = f"{found.incident_id}  {found.state:12}  {found.severity:5}  {found.opened_at:%Y-%m-%d}  "
            out.print(f"{line}{found.owner}  {place}  {found.check_id}", markup=False, highlight=False, soft_wrap=True)


@incident_app.command("ack")
def incident_ack(
    incident_id: Annotated[str, typer.Argument(help="or a beginning that only one incident has")],
    by: Annotated[str, typer.Option(help="who knows of it; a role rather than a name: it is published")],
    note: Annotated[str, typer.Option(help="what is being done")] = "",
) -> None:
    """Say that you know: no reminder and no escalation any more."""
    from publishing import incidents

    try:
        found = incidents.acknowledge(Settings(), incident_id, by, note, utc_now())
    except incidents.IncidentError as problem:
        err.print(str(problem), style="red", markup=False)
        raise typer.Exit(FAILED) from problem
    out.print(f"{found.incident_id} is acknowledged", highlight=False)


@alerts_app.command("send")
def alerts_send() -> None:
    """Deliver what waits in the outbox. Exit 1 when something could not be delivered."""
    from publishing import alerts

    for role in alerts.strangers(Settings()):
        err.print(f"no check is owned by the role {role!r} of settings.toml", style="yellow", markup=False)
    sent = alerts.send(Settings(), utc_now())
    out.print(
        "somebody else is sending"
        if sent.busy
        else f"sent {sent.sent}, failed {sent.failed}, fallback {sent.fallback}, waiting {sent.waiting}"
    )
    raise typer.Exit(FAILED if sent.failed else 0)


@alerts_app.command("digest")
def alerts_digest() -> None:
    """Queue and deliver today's digest, if it is not sent yet."""
    from publishing import alerts

    queued = alerts.digest(Settings(), utc_now(), early=True)
    alerts.send(Settings(), utc_now())
    out.print(f"{len(queued)} digests")


@app.command()
def close(
    month: Annotated[datetime | None, typer.Argument(formats=["%Y-%m"], help="the month, such as 2025-06")] = None,
    organisation: Annotated[
        str | None, typer.Option(help="organisation_id; all that follow the month by default")
    ] = None,
    by: Annotated[str, typer.Option(help="who closes it; a role rather than a name: it is published")] = "",
    note: Annotated[str, typer.Option(help="why, or what was left open")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="though some figures are not settled")] = False,
    listed: Annotated[bool, typer.Option("--list", help="only show what is closed")] = False,
) -> None:
    """Record that a month's figures are closed as the current release has them; later corrections show beside them."""
    from publishing import closing

    settings = Settings()
    try:
        if listed:
            found = closing.closings(settings)
        elif month is None:
            raise closing.ClosingError("say which month (such as 2025-06), or --list")
        else:
            with one_night_at_a_time(settings.home, "close"):
                found = closing.close(settings, month.date(), organisation, by, note, utc_now(), anyway=anyway)
    except (NightIsRunning, closing.ClosingError) as problem:
        err.print(str(problem), style="red", markup=False)
        raise typer.Exit(FAILED) from problem
    for one in found:
        line = f"{one.month:%Y-%m}  {one.organisation_id}  {one.closed_at:%Y-%m-%d}  {one.closed_by}  {one.release_id}"
        out.print(f"{line}  {one.figures} figures  {one.note or ''}".rstrip(), markup=False, highlight=False)


@app.command()
def whatif(
    organisation: Annotated[str, typer.Option(help="organisation_id")] = "kymenlaakso",
    purchases_to_own: Annotated[float, typer.Option(help="purchases moved to own production, EUR million a year")] = 0,
    own_cost_share: Annotated[
        float | None, typer.Option(help="what own production costs of each purchased euro, such as 0.85")
    ] = None,
    hired_to_own_fte: Annotated[float, typer.Option(help="hired labour replaced by own staff, FTE")] = 0,
    contacts_to_digital: Annotated[float, typer.Option(help="contacts moved to digital channels, a year")] = 0,
    saving_per_contact: Annotated[float | None, typer.Option(help="what one moved contact saves, EUR")] = None,
    sick_leave_down_percent: Annotated[float, typer.Option(help="how much less sick leave, percent")] = 0,
    sick_leave_saved_share: Annotated[
        float | None, typer.Option(help="share of the freed time that needs no substitute any more, 0 to 1")
    ] = None,
    language: LanguageOption = Language.fi,
) -> None:
    """Calculate what a change would save of the euro target, with every assumption. Nothing of it is stored."""
    from publishing import whatif as calculation
    from publishing.model import DATABASE

    database = Settings().releases / "current" / DATABASE
    if not database.exists():
        err.print("nothing is released yet", style="red")
        raise typer.Exit(FAILED)
    found = calculation.calculate(
        database,
        calculation.Change(
            organisation=organisation,
            purchases_to_own_eur=purchases_to_own * 1e6,
            own_cost_share=own_cost_share,
            hired_to_own_fte=hired_to_own_fte,
            contacts_to_digital=contacts_to_digital,
            saving_per_contact_eur=saving_per_contact,
            sick_leave_down_percent=sick_leave_down_percent,
            sick_leave_saved_share=sick_leave_saved_share,
        ),
    )
    if refused := calculation.refusals(found, language.value):
        for line in refused:
            err.print(line, style="red", markup=False)
        raise typer.Exit(FAILED)
    out.print(calculation.shown(found, language.value))


@app.command()
def watchdog(max_age_hours: Annotated[float, typer.Option(min=0.1)] = 26.0) -> None:
    """Look from outside (cron) whether nights come and messages go. Exit 1, and an alert, when not."""
    from publishing.watchdog import watch

    found = watch(Settings(), utc_now(), max_age_hours)
    for finding in found:
        told = "" if finding.alerted else "  (nobody could be told)"
        err.print(f"{finding.cause} {finding.what_to_do}{told}", style="red", markup=False)
    raise typer.Exit(FAILED if found else 0)


def _run_night(as_of: date | None, language: Language) -> int:
    settings = Settings().ensure()
    os.environ["TILANNEKUVA_HOME"] = str(settings.home)
    os.environ["DAGSTER_HOME"] = str(_dagster_home(settings))
    try:
        # Taken here and not only by the run, so that a second night is turned away before anything heavy is imported.
        with one_night_at_a_time(settings.home, "nightly"), _bar() as bar:
            result = _execute(as_of, bar)
    except NightIsRunning as running:
        err.print(str(running), style="red", markup=False)
        return FAILED
    except Exception as crash:  # before Dagster had a run: what it could not import or parse
        _tell_of_failure(settings, f"before-{utc_now():%Y%m%dT%H}", type(crash).__name__)
        raise
    if not result.success:
        causes = _causes(result)
        for cause in causes:
            err.print(cause, style="red", markup=False)
        err.print("The night failed; the current release stands as it was.", style="bold red")
        # The daemon's sensor may not be running; the same night is recorded once, whoever notices it first.
        _tell_of_failure(settings, result.run_id, "; ".join(causes))
        return FAILED
    return WITHHELD if _summarise(settings, language) else RELEASED


def _tell_of_failure(settings: Settings, run_id: str, cause: str) -> None:
    from publishing import alerts

    alerts.failed_night(settings, run_id, cause or "unknown", utc_now())
    alerts.tell(settings, utc_now())
    alerts.send(settings, utc_now())


def _execute(as_of: date | None, bar: Progress) -> ExecuteInProcessResult:
    task = bar.add_task("start", total=None)
    from dagster import DagsterInstance

    from orchestration.definitions import defs
    from orchestration.night import Night, watched_by
    from orchestration.sensors import NIGHTLY

    job = defs.resolve_job_def(NIGHTLY)
    bar.update(task, total=len(job.graph.node_defs))
    night = Night(as_of=as_of.isoformat() if as_of else "", started_by="nightly")
    with (
        (Settings().dagster / "nightly.log").open("w") as log,
        redirect_stdout(log),  # dbt's own words: hundreds of lines that nobody watches, kept for whoever looks
        watched_by(lambda step: bar.update(task, description=step, advance=1)),
        DagsterInstance.get() as instance,
    ):
        return job.execute_in_process(
            instance=instance, resources={"night": night}, run_config=QUIET, raise_on_error=False
        )


def _causes(result: ExecuteInProcessResult) -> list[str]:
    """What first went wrong in each failed step, without the frames around it; all of it is in Dagster's log."""
    from orchestration.telling import causes

    steps = causes(result.filter_events(lambda e: e.is_step_failure))
    return steps or [event.message or "" for event in result.filter_events(lambda e: e.is_failure)]


def _dagster_home(settings: Settings) -> Path:
    """Dagster's home with our defaults: one run at a time, nothing sent anywhere."""
    config = settings.dagster / "dagster.yaml"
    if not config.exists():
        config.write_text("telemetry:\n  enabled: false\nconcurrency:\n  runs:\n    max_concurrent_runs: 1\n")
    return settings.dagster


def _summarise(settings: Settings, language: Language) -> bool:
    """Print the headline of the current release; True when something in it is withheld."""
    from publishing.summary import headline, withheld

    current = settings.releases / "current"
    if not current.exists():
        err.print("nothing is released yet")
        raise typer.Exit(FAILED)
    out.print(headline(current, language.value))
    held = withheld(current, language.value)
    for line in held:
        out.print(line, style="yellow", markup=False)
    out.print((current / "report" / f"{language.value}.html").resolve().as_uri(), soft_wrap=True)
    return bool(held)


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )


def main() -> None:
    """Entry point of the ``tilannekuva`` command."""
    app()
