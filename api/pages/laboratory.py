"""All pages of those who are known, behind one router."""

from fastapi import APIRouter

from api.pages import item, keeping, lists, overview, recording, reviews, settings, withdrawing

router = APIRouter(include_in_schema=False)
for _module in (overview, lists, item, recording, withdrawing, reviews, keeping, settings):
    router.include_router(_module.router)
