"""The checkpoint of the ledger as papers carry it away: whoever keeps one can tell whether history was rewritten since."""

import base64
from datetime import datetime

from api.language import Language, text
from registry.ledger.merkle import root
from registry.ledger.notes import Signer
from registry.repositories import ledger
from registry.unit_of_work import Store
from registry.usecases.make_checkpoint import current_checkpoint


def checkpoint_text(store: Store, signer: Signer | None, at: datetime, language: Language) -> str:
    """The signed checkpoint of the ledger as it is, with the lines of witnesses; size and root where there is no key here."""
    if signer is not None:
        return current_checkpoint(store, signer, at).note.strip()
    with store.reading() as work:
        size = ledger.tree_size(work)
        top = base64.b64encode(root(size, ledger.nodes_of(work))).decode()
    return text(language, "树大小 {size}，根 {root}（未签名：此处没有账本密钥）", size=size, root=top)
