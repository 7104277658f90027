"""Answers of the API and of `--json`: frozen values, written by the one JSON writer, so that numbers stay exact."""
