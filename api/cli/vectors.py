"""`registry vectors`: test vectors answered and compared (SEMANTICS 5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import JsonOption, LanguageOption, remark, write_json
from api.language import Language
from traceability.problems import InputError
from traceability.vectors import Agreement, run


def vectors(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", exists=True, help="文件或文件夹 / Files or folders of test vectors")
    ],
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line.
    language: LanguageOption = Language.ZH,
) -> None:
    """运行测试向量；全部一致时退出码为 0。/ Run test vectors; exit code 0 only when all agree."""
    files = list(_files(paths))
    if not files:
        remark(language, "没有找到测试向量文件（*.json）")
        raise typer.Exit(2)
    passed, failed = 0, []
    for file in files:
        for agreement in _run(file):
            if not agreement.differences:
                passed += 1
                continue
            failed.append({"file": str(file), "agreement": agreement})
            if not as_json:
                typer.echo(_line(file, agreement))
    if as_json:
        write_json({"passed": passed, "failed": len(failed), "differences": failed})
    else:
        typer.echo(f"{passed} passed, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files named, and of folders all that can be vectors: JSON, but not the schema that lies beside them."""
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*.json") if not file.name.endswith("schema.json"))
        else:
            yield path


def _run(file: Path) -> Iterator[Agreement]:
    try:
        yield from run(file.read_bytes())
    except InputError as error:
        raise InputError(f"{file}: {error.path}", error.en, error.zh) from error


def _line(file: Path, agreement: Agreement) -> str:
    asked = f"{agreement.vector}[{agreement.question}] {agreement.target} {agreement.as_of}"
    return f"{file.name}: {asked}: {'; '.join(agreement.differences)}"
