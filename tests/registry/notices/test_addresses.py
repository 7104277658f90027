"""Webhooks go to the public internet and nowhere else, unless the operator says so."""

from ipaddress import ip_address

import pytest

from registry.notices.addresses import AddressRefusedError, checked_url, is_public, resolved

PRIVATE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address that is to be refused.
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_refused_in_every_notation(address: str) -> None:
    """A tenant could read the cloud's metadata or reach a database through the registry."""
    assert not is_public(ip_address(address))
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefusedError):
        checked_url(f"https://{literal}/hook", allows_private=False)
    with pytest.raises(AddressRefusedError):
        resolved(checked_url("https://a.example/", allows_private=False), allows_private=False, resolve=lambda *_: [address])


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_a_public_address_is_taken_as_it_was_looked_at(address: str) -> None:
    """The connection could go to another address than the one that was looked at."""
    parts = checked_url("https://a.example:8443/", allows_private=False)
    assert resolved(parts, allows_private=False, resolve=lambda _host, port: [address] if port == 8443 else []) == [address]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    """A name with two addresses could be resolved to the other one at the next look."""
    parts = checked_url("https://a.example/", allows_private=False)
    with pytest.raises(AddressRefusedError):
        resolved(parts, allows_private=False, resolve=lambda *_: ["93.184.215.14", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "ftp://a.example/",
        "https://",
        "https:///path",
        "https://user:secret@a.example/",
        "https://a.example/#part",
        "https://a.example/ x",
        "https://例子.example/",
        "https://a.example:99999/",
        "https://[::1",
        "https://localhost/",
        "https://a.localhost/",
        f"https://a.example/{'a' * 2000}",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_for_webhooks_is_refused_at_once(url: str) -> None:
    """It would be found out when the first event is lost."""
    with pytest.raises(AddressRefusedError):
        checked_url(url, allows_private=False)


def test_the_operator_may_allow_the_own_network() -> None:
    """A receiver on the same machine could not be tried out."""
    parts = checked_url("http://127.0.0.1:9000/hook", allows_private=True)
    assert resolved(parts, allows_private=True) == ["127.0.0.1"]
    with pytest.raises(AddressRefusedError):
        checked_url("ftp://127.0.0.1/", allows_private=True)
