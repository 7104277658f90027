"""Strongly connected components, each before those that lead to it: the order in which what hangs above is settled first."""

import numpy as np

from traceability.fleet.compiled import compiled
from traceability.fleet.layout import NONE, Ints


@compiled
def components(first: Ints, end: Ints, target: Ints) -> tuple[Ints, Ints, Ints]:
    """The components of a graph of nodes 0, 1, …, whose edges lie from `first` to `end` in `target` (NONE: no edge).

    All nodes in order, component by component: a node's targets come before it, unless they are in its component; by place in
    that order where the component ends; by node how many nodes its component has. Tarjan 1972 without recursion, so that a
    chain may be of any length.
    """
    count = len(first)
    order, component_end, size = np.empty(count, np.int32), np.empty(count, np.int32), np.zeros(count, np.int32)
    met, low, edge = np.full(count, NONE, np.int32), np.empty(count, np.int32), np.empty(count, np.int32)
    is_open = np.zeros(count, np.uint8)
    path, pending = np.empty(count, np.int32), np.empty(count, np.int32)
    clock, done, waiting = 0, 0, 0
    for root in range(count):
        if met[root] != NONE:
            continue
        depth = 0
        path[0] = root
        while depth >= 0:
            node = path[depth]
            if met[node] == NONE:
                met[node] = low[node] = clock
                clock += 1
                edge[node] = first[node]
                pending[waiting] = node
                waiting += 1
                is_open[node] = 1
            descended = False
            while edge[node] < end[node]:
                other = target[edge[node]]
                edge[node] += 1
                if other == NONE:
                    continue
                if met[other] == NONE:
                    depth += 1
                    path[depth] = other
                    descended = True
                    break
                if is_open[other]:
                    low[node] = min(low[node], met[other])
            if descended:
                continue
            depth -= 1
            if depth >= 0:
                low[path[depth]] = min(low[path[depth]], low[node])
            if low[node] == met[node]:
                begin = done
                while True:
                    waiting -= 1
                    member = pending[waiting]
                    is_open[member] = 0
                    order[done] = member
                    done += 1
                    if member == node:
                        break
                component_end[begin:done] = done
                for place in range(begin, done):
                    size[order[place]] = done - begin
    return order, component_end, size
