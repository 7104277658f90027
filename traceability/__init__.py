"""The rules of metrological traceability as a pure core: values in, verdicts out.

No input or output, no clock, no database. `docs/concepts.md` explains the ideas, each module names the clause it implements.
"""
