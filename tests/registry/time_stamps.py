"""A time stamping authority for tests."""

import subprocess
from pathlib import Path

from registry.notices.posting import Answered, Posting


class Authority:
    """A time stamping authority of OpenSSL, with a root of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tsa.cnf").write_text(
            "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\n"
            "signer_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n"
            "default_policy = 1.2.3.4\ndigests = sha256\naccuracy = secs:1\n"
            "[req]\ndistinguished_name = name\n[name]\n"
            "[ca]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\nsubjectKeyIdentifier = hash\n"
            "[leaf]\nbasicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\n"
            "extendedKeyUsage = critical,timeStamping\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n"
        )
        ecdsa = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf", "-days", "30")
        self.run("req", "-x509", *ecdsa, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", "-extensions", "ca")
        issued = ("-CA", "root.pem", "-CAkey", "root.key", "-extensions", "leaf")
        self.run("req", "-x509", *ecdsa, "-keyout", "tsa.key", "-out", "tsa.pem", "-subj", "/CN=Stamps", *issued)

    def run(self, *arguments: str) -> None:
        subprocess.run(("openssl", *arguments), cwd=self.folder, check=True, capture_output=True)

    def __call__(self, posting: Posting) -> Answered:
        (self.folder / "query").write_bytes(posting.body)
        self.run("ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile", "query", "-out", "answer")
        return Answered(status=200, body=(self.folder / "answer").read_bytes())
