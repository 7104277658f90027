"""Other ways to the verdict on every item, each in its best form: graph libraries, databases, data frames.

They answer less than the fleet engine: whether any link fails (certificate in force, not failed, not ended, all references good
on the day of use), not which findings there are, how deep the chain is or until when it holds. Each gets what it needs as
prepared arrays or loaded tables: when which certificate comes into force, when each ends.
"""
