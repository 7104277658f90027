"""Answers that are kept and brought up to date: a withdrawal re-evaluates only what it can reach.

Whatever hangs on the item of the withdrawn certificate is looked at again; from there on, only what rests on a certificate
whose standing changed. The answers are those of a full run, which the tests show on random draws.
"""

import heapq
from datetime import date
from types import ModuleType

import numpy as np

from traceability.fleet import loops
from traceability.fleet.codes import offsets_of
from traceability.fleet.columns import Array, Fleet, frozen
from traceability.fleet.engines import engine_for
from traceability.fleet.rules import rules_of
from traceability.fleet.sheets import number_of
from traceability.fleet.solve import room_for, solve, solve_standards
from traceability.fleet.windows import KEPT, open_windows
from traceability.policy import Policy


class Watch:
    """The answers for all items on one day under one policy, and what uses what."""

    def __init__(self, fleet: Fleet, day: date, policy: Policy, engine: ModuleType | None = None) -> None:
        self._certificates = fleet.columns.certificates.copy()
        self.fleet = Fleet(
            columns=fleet.columns._replace(certificates=frozen(self._certificates)),
            dictionaries=fleet.dictionaries,
            item_ids=fleet.item_ids,
            certificate_ids=fleet.certificate_ids,
            standards=fleet.standards,
            # What is withdrawn here is not withdrawn in the fleet that was given.
            memory={name: kept for name, kept in fleet.memory.items() if name != KEPT},
        )
        self._day = day
        self._engine = engine or engine_for(fleet)
        self._rules = rules_of(fleet, policy)
        self.solved, self.answers = solve(self.fleet, day, policy, self._engine)
        self._scratch = room_for(self.fleet, self.solved, self._rules)
        self._owner = np.repeat(
            np.arange(fleet.items), fleet.columns.items["certificate_last"] - fleet.columns.items["certificate_first"]
        )
        self._users, self._users_offset = self._who_uses()

    def withdraw(self, certificate: int, void_from: date) -> Array | None:
        """The items whose answers were looked at again; None when the certificate said more than that its item is good.

        That is when it ends others or bears on a doubt (SEMANTICS 3.2, 3.4): the records are then to be encoded anew.
        """
        item = int(self._owner[certificate])
        extra = self.fleet.columns.extras[self.fleet.columns.items["extra"][item]]
        if self._certificates["marks"][certificate] & loops.FLAG_DECISIVE or extra["doubt_last"] > extra["doubt_first"]:
            return None
        self._certificates["void_from"][certificate] = number_of(void_from)
        uses = np.flatnonzero(self.fleet.columns.uses["owner"] == item)
        open_windows(self.fleet.columns, uses, self.solved.windows)
        changed = self._solved_again() if self.solved.is_on_circle.any() else self._settled(item)
        touched = np.unique(np.append(self._owner[changed], item))
        items = np.unique(np.concatenate([touched, *(self._owner[self._users_of(each)] for each in touched)]))
        self._engine.answer_items(self.fleet.columns, self._rules, self.solved, items, self.answers, self._scratch)
        return items

    def _solved_again(self) -> Array:
        """All standards anew, as on circles a standing may rest on itself; the certificates whose standing changed."""
        before, self.solved = self.solved, solve_standards(self.fleet, self._rules, self._day, self._engine)
        if self._rules.is_in_force:
            return np.arange(len(before.standing))
        return np.flatnonzero(before.standing != self.solved.standing)

    def _settled(self, item: int) -> Array:
        """Settle what uses the item, and from there on what rests on what changed; the certificates that did."""
        columns, standing = self.fleet.columns, self.solved.standing
        using = self._users_of(item)
        using = using[using < len(standing)]
        if self._rules.is_in_force:
            uses = np.flatnonzero(columns.uses["owner"] == item)
            self._engine.lapses(columns, uses, self.solved.day, self.solved.use_lapse)
        keys, severities = self._scratch.keys, self._scratch.severities
        self._engine.look_at_standards(columns, self._rules, self.solved, keys, severities, using)
        queue = [(int(self._certificates["calibrated_on"][each]), int(each)) for each in using]
        heapq.heapify(queue)
        waiting, changed = {each for _, each in queue}, set()
        while queue:
            _, certificate = heapq.heappop(queue)
            waiting.remove(certificate)
            # Under in_force an answer may ask on other days as well: whatever rests on it counts as changed.
            if not self._engine.settle(columns, self.solved, certificate) and (
                not self._rules.is_in_force or certificate in changed
            ):
                continue
            changed.add(certificate)
            for user in self._users_of(int(self._owner[certificate])).tolist():
                if user < len(standing) and user not in waiting:
                    waiting.add(user)
                    heapq.heappush(queue, (int(self._certificates["calibrated_on"][user]), user))
        return np.array(sorted(changed), np.int64)

    def _users_of(self, item: int) -> Array:
        """The certificates that refer to an item."""
        return np.unique(self._users[self._users_offset[item] : self._users_offset[item + 1]])

    def _who_uses(self) -> tuple[Array, Array]:
        columns = self.fleet.columns
        sizes = columns.certificates["reference_last"] - columns.certificates["reference_first"]
        use = columns.references["use"]
        upper = np.where(use >= 0, columns.uses["owner"][np.maximum(use, 0)] if len(columns.uses) else -1, -1)
        certificates = np.repeat(np.arange(len(sizes)), sizes)
        order = np.argsort(upper, kind="stable")
        order = order[np.searchsorted(upper[order], 0) :]
        return certificates[order], offsets_of(np.bincount(upper[order], minlength=self.fleet.items))
