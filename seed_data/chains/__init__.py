"""Five traceability chains and their neighbours, as they stand on a given day. Synthetic: see seed_data/README.md."""

from datetime import date

from seed_data.chains.calorific_value import calorific_value
from seed_data.chains.coal import coal
from seed_data.chains.electricity import electricity
from seed_data.chains.flue_gas import flue_gas
from seed_data.chains.laboratories import laboratories
from seed_data.chains.natural_gas import natural_gas
from traceability.records import Records

__all__ = ["RENDERED_ON", "chains"]

RENDERED_ON = date(2026, 11, 23)  # The "today" of the document chains.json beside this package.


def chains(today: date) -> Records:
    """The records of all chains, dated so that every status shows when they are asked for on `today`."""
    parts = [make(today) for make in (laboratories, electricity, flue_gas, natural_gas, coal, calorific_value)]
    return Records(
        organizations=tuple(record for part in parts for record in part.organizations),
        competences=tuple(record for part in parts for record in part.competences),
        items=tuple(record for part in parts for record in part.items),
        certificates=tuple(record for part in parts for record in part.certificates),
        events=tuple(record for part in parts for record in part.events),
        metering_points=tuple(record for part in parts for record in part.metering_points),
    )
