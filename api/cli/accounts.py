"""`registry take-charge`, `registry reset-password`: what needs no browser, for whoever has the store itself."""

import sys
from typing import Annotated

import typer

from api import clock, links
from api.cli.output import LanguageOption, remark
from api.cli.stores import opened
from api.language import Language, text
from registry.access import OPERATOR
from registry.errors import UnknownError
from registry.passwords import Passwords, check_password
from registry.repositories import accounts
from registry.settings import Settings
from registry.spelling import storable
from registry.usecases.people import renew_invitation
from registry.usecases.taking_charge import FirstAdministrator
from registry.usecases.taking_charge import take_charge as record_charge
from traceability.json_text import convert
from traceability.records import Organization, OrganizationKind

Named = Annotated[str, typer.Option("--name", help="姓名 / Name")]
SignIn = Annotated[str, typer.Option("--sign-in", help="登录名 / Sign-in name")]
OrganizationId = Annotated[str, typer.Option("--organization", help="运营机构标识 / Id of the operator's organization")]
OrganizationName = Annotated[str, typer.Option("--organization-name", help="运营机构名称 / Its name")]
Kind = Annotated[OrganizationKind, typer.Option("--kind", help="机构类别 / Kind of organization", show_choices=True)]


def take_charge(
    organization: OrganizationId,
    organization_name: OrganizationName,
    sign_in: SignIn,
    name: Named,
    kind: Kind = OrganizationKind.REGULATOR,
    language: LanguageOption = Language.ZH,
) -> None:
    """登记运营机构和首位管理员；密码从终端或标准输入读取。/ Record the operator's organization and first administrator."""
    first = FirstAdministrator(
        organization=convert({"id": organization, "name": organization_name, "kind": kind}, Organization),
        sign_in=sign_in,
        name=name,
    )
    password = _password(language)
    check_password(password, sign_in, "password")
    with opened(is_writing=True) as store:
        password_hash = Passwords().hashed(password)
        with store.writing() as work:
            record_charge(work, first, password_hash, at=clock.now())
    remark(language, "已登记首位管理员 {name}；现在起须登录", name=name)


def reset_password(
    sign_in: Annotated[str, typer.Argument(help="登录名 / Sign-in name")], language: LanguageOption = Language.ZH
) -> None:
    """打印一次性地址，供其设置新密码。/ Print a one-time address at which the person sets a new password."""
    with opened(is_writing=True) as store, store.writing() as work:
        person = accounts.person_named(work, storable(sign_in))
        if person is None:
            raise UnknownError(sign_in)
        invited = renew_invitation(work, person.id, party=OPERATOR, at=clock.now())
    typer.echo(links.set_password(Settings().base_url, invited.token))
    remark(language, "请把此地址交给 {name}，三天内有效，只能用一次", name=person.name)


def _password(language: Language) -> str:
    """The password, typed twice where a person types it; else the first line of what comes in."""
    if sys.stdin.isatty():
        return str(typer.prompt(text(language, "密码"), hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")
