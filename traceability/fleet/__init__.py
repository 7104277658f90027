"""The verdicts of `assess` for a whole registry at once: records as columns, integers in, integers out.

The rules are those of SEMANTICS and the answers are those of the single-item engine, item by item (decision 0010). Only this
package may import numpy, numba and pyarrow.
"""
