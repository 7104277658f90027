"""`python -m api.describe` writes the OpenAPI document of this release to openapi.json."""

from api.app import create_app
from api.openapi import DOCUMENT, dumped
from registry.unit_of_work import open_store

if __name__ == "__main__":
    never_opened = open_store("sqlite:///never-opened.sqlite")
    DOCUMENT.write_text(dumped(create_app(never_opened, base_url="http://127.0.0.1:8000").openapi()), encoding="utf-8")
