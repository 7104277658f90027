"""All tables of the store, for those who go through all of them: migrations, the ledger, tests."""

from registry import (
    account_tables,
    fleet_tables,
    import_tables,
    label_tables,
    ledger_tables,
    monitoring_tables,
    notice_tables,
    reading_tables,
    recall_tables,
    recording_tables,
    register_tables,
    review_case_tables,
    review_figure_tables,
    review_plan_tables,
    review_tables,
    round_tables,
    scan_tables,
    tables,
    witness_tables,
)
from registry.table_parts import Table

_MODULES = (
    tables,
    account_tables,
    fleet_tables,
    import_tables,
    label_tables,
    ledger_tables,
    monitoring_tables,
    notice_tables,
    recall_tables,
    reading_tables,
    recording_tables,
    register_tables,
    review_figure_tables,
    review_case_tables,
    review_plan_tables,
    review_tables,
    round_tables,
    scan_tables,
    witness_tables,
)

TABLES: tuple[type[Table], ...] = tuple(
    sorted(
        (
            table
            for module in _MODULES
            for table in vars(module).values()
            if isinstance(table, type) and issubclass(table, Table) and table is not Table
        ),
        key=lambda table: str(table.__tablename__),
    )
)
