"""polars: as-of joins and one pass for each level."""

import numpy as np
import polars as pl

from bench.fleet_peers.question import Question
from traceability.fleet.columns import Array


class Polars:
    """The question as frames, sorted as as-of joins want them."""

    def __init__(self, question: Question) -> None:
        self.question = question
        steps = pl.DataFrame({"item": question.step_item, "day": question.step_day, "found": question.step_certificate})
        self.steps = steps.group_by("item", "day").agg(pl.col("found").max()).sort("day")
        self.refs = pl.DataFrame(
            {
                "certificate": question.reference_certificate,
                "item": question.reference_item,
                "day": question.calibrated_on[question.reference_certificate],
                "is_anchor": question.is_anchor[question.reference_item],
            }
        )

    def __call__(self) -> Array:
        """Whether each item holds."""
        question = self.question
        first = self.steps.filter(pl.col("day") <= question.day).group_by("item").agg(pl.col("found").last())
        items, found = first["item"].to_numpy(), first["found"].to_numpy()
        is_standing = (found >= 0) & ~question.is_failed[found] & (question.end[found] >= question.day)
        items, found = items[is_standing], found[is_standing]
        is_needed = np.zeros(len(question.calibrated_on), np.bool_)
        is_needed[: question.standards] = True
        is_needed[found] = True
        refs = self.refs.filter(pl.Series(is_needed[question.reference_certificate])).sort("day")
        up = refs.join_asof(self.steps, on="day", by="item", strategy="backward", check_sortedness=False)
        certificate, day = up["certificate"].to_numpy(), up["day"].to_numpy()
        upper = up["found"].fill_null(-1).to_numpy()
        is_anchor = up["is_anchor"].to_numpy()
        is_usable = (upper >= 0) & ~question.is_failed[upper] & (question.end[upper] >= day)
        is_good = np.zeros(len(question.calibrated_on), np.bool_)
        edges = pl.DataFrame({"certificate": certificate, "upper": upper, "fixed": is_anchor, "usable": is_usable})
        of_standards = edges.filter(pl.col("certificate") < question.standards)
        before = -1
        while before != (now := int(is_good.sum())):
            before = now
            is_good = self._pass(of_standards, is_good)
        of_meters = edges.filter(pl.col("certificate") >= question.standards)
        is_good |= self._pass(of_meters, is_good)
        answer = question.is_anchor.copy()
        answer[items[is_good[found]]] = True
        return answer

    @staticmethod
    def _pass(edges: pl.DataFrame, is_good: Array) -> Array:
        upper = edges["upper"].to_numpy()
        holds = edges["fixed"].to_numpy() | (edges["usable"].to_numpy() & is_good[upper])
        by_certificate = edges.select("certificate").with_columns(pl.Series("holds", holds)).group_by("certificate")
        kept = by_certificate.agg(pl.col("holds").all()).filter(pl.col("holds"))["certificate"].to_numpy()
        answer = np.zeros(len(is_good), np.bool_)
        answer[kept] = True
        return answer
