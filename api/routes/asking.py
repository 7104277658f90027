"""The parameters of a question, the same for every route that asks one."""

from typing import Annotated

from fastapi import Depends, Query

from api.asking import Asking, asked
from api.context import Given


def _asking(
    context: Given,
    as_of: Annotated[
        str | None,
        Query(
            description="Civil date in Asia/Shanghai, or an instant with offset; today when left out.", examples=["2026-03-03"]
        ),
    ] = None,
    known_at: Annotated[
        str | None,
        Query(
            description="Instant with offset: what was recorded later does not exist. Now when left out.",
            examples=["2026-03-04T08:00:00+08:00"],
        ),
    ] = None,
    policy: Annotated[str | None, Query(description="Name of a policy; see /policies.", examples=["cn-legal/1"])] = None,
    quantity: Annotated[str | None, Query(description="Quantity that the item is asked for.")] = None,
    unit: Annotated[str | None, Query(description="Unit of the bounds.", examples=["kW*h"])] = None,
    low: Annotated[str | None, Query(description="Lower bound of the range, a decimal number.")] = None,
    high: Annotated[str | None, Query(description="Upper bound of the range, a decimal number.")] = None,
) -> Asking:
    return asked(
        now=context.clock(),
        as_of=as_of,
        known_at=known_at,
        policy=policy,
        quantity=quantity,
        unit=unit,
        low=low,
        high=high,
    )


Question = Annotated[Asking, Depends(_asking)]
