"""The command `registry`. Errors of ours become exit codes here and nowhere else; see api/failures.py for their meaning."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from api import logs
from api.cli.output import tell_failure
from api.failures import EXPECTED, failure_of

_HELP = "碳与能源计量器具的溯源登记 / A registry of metrological traceability for carbon and energy meters"

# Where each command is found. A command's module is imported when it is asked for: the service and the demonstration need
# libraries that a single verdict should not wait for.
COMMANDS: dict[str, str | dict[str, str]] = {
    "import": "api.cli.importing:import_files",
    "export": "api.cli.exporting:export",
    "verdict": "api.cli.questions:verdict",
    "coverage": "api.cli.questions:coverage",
    "import-readings": "api.cli.accounting:import_readings",
    "account": "api.cli.accounting:account",
    "validate-system": "api.cli.accounting:validate",
    "assess-all": "api.cli.fleet:assess_all",
    "impact": "api.cli.questions:impact",
    "forecast": "api.cli.forecasting:forecast",
    "single-points": "api.cli.forecasting:single_points",
    "label": "api.cli.labelling:label",
    "vectors": "api.cli.vectors:vectors",
    "log": {
        "check": "api.cli.ledger:check",
        "checkpoint": "api.cli.ledger:checkpoint",
        "witness": "api.cli.witnessing:witness",
        "send": "api.cli.witnessing:send",
    },
    "proof": {
        "make": "api.cli.proof:make",
        "verify": "api.cli.proof:verify",
        "page": "api.cli.proof:page",
        "dossier": "api.cli.dossier:make_dossier",
    },
    "review": {"draw-check": "api.cli.review:draw_check"},
    "demo": "api.cli.demo:demo",
    "serve": "api.cli.service:serve",
    "notices": {"run": "api.cli.notices:run"},
    "monitoring": {
        "connect": "api.cli.monitoring:connect",
        "send": "api.cli.monitoring:send",
        "pull": "api.cli.monitoring:pull",
        "simulate": "api.cli.monitoring:simulate",
    },
    "take-charge": "api.cli.accounts:take_charge",
    "reset-password": "api.cli.accounts:reset_password",
    "work": "api.cli.service:work",
    "doctor": "api.cli.service:doctor",
    "migrate": "api.cli.service:migrate",
}


class Commands(TyperGroup):
    """All commands, with the one place that turns an error of ours into its exit code."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is click's.
        """The names of the commands, in the order of a first acquaintance."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is click's.
        """The command of that name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        found = COMMANDS[cmd_name]
        made = typer.Typer(name=cmd_name, add_completion=False, rich_markup_mode=None, no_args_is_help=isinstance(found, dict))
        for name, place in ({cmd_name: found} if isinstance(found, str) else found).items():
            module, _, function = place.partition(":")
            made.command(name)(getattr(import_module(module), function))
        return typer.main.get_command(made) if isinstance(found, str) else typer.main.get_group(made)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; a user's mistake ends in a sentence and an exit code, never in a traceback."""
        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            failure = failure_of(error)
            tell_failure(failure)
            raise typer.Exit(failure.kind.exit_code) from error


app = typer.Typer(
    cls=Commands,
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _registry() -> None:
    """Let typer make a group although no command is registered with it."""


def main() -> None:
    """The entry point of the console script. Logs go to stderr, data to stdout."""
    logs.configure()
    app()
