"""How much a workbook may be: bounds that no ledger of a laboratory meets, and that keep memory and time finite."""

MAX_FILE = 64 * 1024**2  # Bytes; 20,000 rows of certificates are 3 MiB as xlsx.
MAX_UNPACKED = 1024**3  # Bytes of all parts of an xlsx or ods file together, as its directory claims.
MAX_PARTS = 10_000  # Files in the archive.
MAX_ROWS = 200_000  # Rows with content, all sheets together.
MAX_COLUMNS = 1_000  # The last column with content; Excel has 16,384.
MAX_CELLS = 4_000_000  # Cells with content and the gaps before them, all sheets together.
MAX_TEXT = 128 * 1024**2  # Characters of all cells together.
MAX_MERGED = 100_000  # Merged ranges of a sheet that are honoured.

MEMORY = 1024**3  # Bytes of address space that the child process may take, the interpreter included.
SECONDS = 60  # Processor time of the child process.
