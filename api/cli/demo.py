"""`registry demo`: a database of its own with synthetic records, a table of verdicts, and the pages to look at them."""

import socket
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from api import clock, links
from api.app import create_app
from api.asking import asked
from api.background import working
from api.cli.demo_plans import tell_plans
from api.cli.demo_reviews import tell_reviews
from api.cli.output import LanguageOption, people, progress, remark, show, table
from api.cli.service import PORT, address, listening, run
from api.cli.stores import opened
from api.failures import ParameterError
from api.language import Bilingual, Language, text
from api.pages.rows import TargetRow, target_rows
from registry.access import Party, Role
from registry.errors import ConflictError, StoreError
from registry.notices.settings import NoticeSettings
from registry.readings import MeterReading, Place, Sent, derived_id
from registry.review.facts import AnyFact
from registry.settings import Settings
from registry.unit_of_work import Store
from registry.usecases.fleet_nights import FleetPlan
from registry.usecases.import_records import import_records
from registry.usecases.make_checkpoint import ledger_signer
from registry.usecases.monitoring import BroughtRegister, import_register, import_upload, record_reconciliation
from registry.usecases.record_readings import record_readings
from registry.usecases.units import MOST_AT_ONCE, record_facts
from seed_data import monitoring
from seed_data.chains import chains
from seed_data.city import city
from seed_data.city.plan import survey
from seed_data.city.units import meter_facts, unit_facts
from seed_data.readings import SeedReading, factor_edition, readings
from seed_data.targets import TARGETS
from traceability.interchange import Entry, write_entries
from traceability.json_text import dump
from traceability.policy import DEFAULT_POLICY, POLICIES
from traceability.records import SECTIONS, MeteringPoint, Record, Records

_SEED = 20260101  # Of the city's random numbers: the same city for everybody.
_RECORDED_BY = "demo"
_WIDE = 120  # Columns of a terminal from which the table also says what each target is there for.


def demo(
    meters: Annotated[
        int, typer.Option("--meters", min=0, max=5_000_000, help="另造一座有 N 块表的城市 / Add a city of N meters")
    ] = 0,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只列出结论 / Print the verdicts and exit")] = False,  # noqa: FBT002
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="端口 / Port")] = None,
    language: LanguageOption = Language.ZH,
) -> None:
    """用合成数据演示。/ A demonstration with synthetic data."""
    today = clock.today()
    path = _database(Settings().data_dir, today, meters)
    try:
        _seed(path, meters, today, language)
    except (ConflictError, StoreError):
        # Made earlier today by another release, with other seed data or other tables; nothing in it is anybody's own.
        _remove(path)
        _seed(path, meters, today, language)
    with opened(f"sqlite:///{path}") as store:
        _show(store, language)
        if not no_serve:
            _serve(store, port, language)


def _database(folder: Path, today: date, meters: int) -> Path:
    """A file a day, as the dates of the records move with it; those of other days are cleared away."""
    own = folder / f"demo-{today}{f'-{meters}' if meters else ''}.sqlite"
    for other in folder.glob("demo-????-??-??*.sqlite"):
        if not other.name.startswith(f"demo-{today}"):
            _remove(other)
    return own


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _seed(path: Path, meters: int, today: date, language: Language) -> None:
    """Bring the records in; what is there already stays, so this may run again and again."""
    records = chains(today)
    with opened(f"sqlite:///{path}", is_writing=True) as store:
        _record(store, ((section, getattr(records, section)) for section in SECTIONS), "seed_data.chains")
        _read(store, records.metering_points, today)
        tell_plans(store, today)
        _watch(store, records, today)
        tell_reviews(store, today)
        if not meters:
            return
        with progress(text(language, "生成 {meters} 块表的城市", meters=meters), None) as bar:
            entries = _counted(city(meters, _SEED, today), lambda: bar.advance(bar.task_ids[0]))
            _record(store, _sections(entries), "seed_data.city")
        _tell_units(store, meters, today)


def _record(store: Store, sections: Iterable[tuple[str, Iterable[Record]]], source: str) -> None:
    with store.writing() as work:
        chunks = (piece.decode() for piece in write_entries(sections))
        import_records(work, chunks, party=Party(name=_RECORDED_BY), at=clock.now(), source=source)


def _read(store: Store, points: tuple[MeteringPoint, ...], today: date) -> None:
    """What the metering points of the examples measured; their ids follow from what they say, so again changes nothing."""
    _record_readings(store, readings(points, today))


def _record_readings(store: Store, read: Iterable[SeedReading]) -> None:
    sent = []
    for number, each in enumerate(read):
        said = each._asdict()
        reading = MeterReading(id=derived_id(**said, replaces=None), source="seed_data.readings", **said)
        sent.append(Sent(Place(f"$.readings[{number}]"), reading))
    record_readings(store, sent, party=Party(name=_RECORDED_BY), at=clock.now(), source="seed_data.readings")


def _watch(store: Store, records: Records, today: date) -> None:
    """The monitoring system beside the examples: their register, uploads and the supplier's gate, and one reconciliation."""
    # On behalf of the plant, so that it holds the point of the supplier's gate.
    plant = Party(name=_RECORDED_BY, organization="power-plant", role=Role.ENERGY_USER)
    gate = monitoring.gate_records()
    with store.writing() as work:
        chunks = (piece.decode() for piece in write_entries((section, getattr(gate, section)) for section in SECTIONS))
        import_records(work, chunks, party=plant, at=clock.now(), source="seed_data.monitoring")
    _record_readings(store, monitoring.gate_readings(readings(records.metering_points, today)))
    told = [msgspec.convert(fact, AnyFact, strict=False) for fact in monitoring.facts(records, today)]
    with store.writing() as work:
        done = record_facts(work, told, party=Party(name=_RECORDED_BY), at=clock.now(), source="seed_data.monitoring")
    if not done.new:
        return
    party = Party(name=_RECORDED_BY)
    for organization in monitoring.UNITS:
        data = dump(monitoring.register(records, organization))
        brought = BroughtRegister(data=data, name="seed_data.monitoring", as_of=today)
        import_register(store, brought, organization=organization, party=party, at=clock.now(), is_dry_run=False)
    sent = dump(monitoring.uploads(today))
    import_upload(store, sent, organization="power-plant", numeric_valid=None, party=party, at=clock.now(), is_dry_run=False)
    for organization in monitoring.UNITS:
        record_reconciliation(store, party, organization, clock.now(), POLICIES[DEFAULT_POLICY])


def _write_factors(folder: Path, today: date) -> None:
    """Synthetic emission factors for the demonstration, as an operator would bring real ones."""
    place = folder / "editions" / "factors"
    place.mkdir(parents=True, exist_ok=True)
    (place / "demo.json").write_bytes(dump(factor_edition(today)))


def _tell_units(store: Store, meters: int, today: date) -> None:
    """What the energy-metering review knows of the city; recorded in pieces, units first."""
    plan = survey(meters, _SEED, today)
    told = (msgspec.convert(fact, AnyFact, strict=False) for fact in chain(unit_facts(plan), meter_facts(plan)))
    while facts := list(islice(told, MOST_AT_ONCE)):
        with store.writing() as work:
            record_facts(work, facts, party=Party(name=_RECORDED_BY), at=clock.now(), source="seed_data.city")


def _counted(entries: Iterable[Entry], advance: Callable[[], None]) -> Iterator[Entry]:
    for entry in entries:
        advance()
        yield entry


def _sections(entries: Iterable[Entry]) -> Iterator[tuple[str, Iterator[Record]]]:
    for section, group in groupby(entries, key=lambda entry: entry.section):
        yield section, (entry.record for entry in group)


def _show(store: Store, language: Language) -> None:
    """The verdict on every target of the demonstration, today under the default policy."""
    with store.reading() as work:
        rows = list(target_rows(work, [target.id for target in TARGETS], asked(now=clock.now()), language))
    titles = {target.id: target.zh if language is Language.ZH else target.en for target in TARGETS}
    say = partial(text, language)
    is_wide = people().width >= _WIDE
    headings = [say("结论"), say("标识"), say("首要原因"), say("有效至"), *([say("说明")] if is_wide else [])]
    shown = table(*headings)
    for narrow in (0, 1, 3):
        shown.columns[narrow].no_wrap = True
    for row in rows:
        look = Text(f"{row.look.symbol} {row.look.words.in_(language)}", style=row.look.terminal_style)
        cells: list[Text | str] = [look, row.id, row.reason_title or "", _until(row, language)]
        shown.add_row(*cells, *([titles[row.id]] if is_wide else []))
    show(say("示例器具和计量点今天的结论（合成数据）"), shown)


def _until(row: TargetRow, language: Language) -> str:
    if not row.status.is_good:
        return ""
    return row.until or text(language, "长期")


def _serve(store: Store, port: int | None, language: Language) -> None:
    listener = _listener(port)
    featured = {target.id: Bilingual(target.zh, target.en) for target in TARGETS}
    url = address(listener)
    people().print(
        text(language, "打开 {url} 查看，例如 {example}", url=url, example=url + links.page(TARGETS[0].id)), markup=False
    )
    remark(language, "按 Ctrl+C 结束")
    # A key and kept columns of its own: what a demonstration signs is not to be taken for what this registry signed.
    own = Settings().data_dir / "demo"
    _write_factors(own, clock.today())
    app = create_app(
        store,
        base_url=url,
        featured=featured,
        notices=NoticeSettings(base_url=url, data_dir=own),
        signer=ledger_signer(own, "demo.invalid/log"),
        fleet=FleetPlan(policies=(DEFAULT_POLICY,), hour=0),  # So that everything is answered once it is there.
    )
    with working(app.state.context.jobs(), threads=1):
        run(app, listener)


def _listener(port: int | None) -> socket.socket:
    """The port asked for, or the usual one, or any when that is taken: a demonstration should just start."""
    if port is not None:
        return listening("127.0.0.1", port)
    try:
        return listening("127.0.0.1", PORT)
    except ParameterError:
        return listening("127.0.0.1", 0)
