"""`python -m seed_data [FILE]` writes chains.json, or another file: the seed chains as they stand on the rendered day."""

import sys
from pathlib import Path

from seed_data.chains import RENDERED_ON, chains
from traceability.interchange import dump_records


def main(arguments: list[str]) -> None:
    """Write the document to the file named, or over the shipped one."""
    file = Path(arguments[0]) if arguments else Path(__file__).with_name("chains.json")
    file.write_bytes(dump_records(chains(RENDERED_ON)))


if __name__ == "__main__":
    main(sys.argv[1:])
