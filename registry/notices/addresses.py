"""Where webhooks may go: the guard against requests to the inside of the network that the registry stands in (SSRF).

An address is looked at when it is registered, and once more when something is sent: then the name is resolved, every address
that it resolves to must be public, and the connection goes to the very address that was looked at.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from registry.errors import UnacceptableError

MOST = 2000  # Characters of a URL.

_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address.

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]


class AddressRefusedError(UnacceptableError):
    """An address that webhooks do not go to."""


def checked_url(url: str, *, allows_private: bool) -> SplitResult:
    """The parts of a URL that may be registered; AddressRefusedError otherwise.

    https only. `allows_private` (development, or a network of one's own) permits http and private addresses as well.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _refused("this is no URL", "这不是合法的网址") from error
    if len(url) > MOST or not url.isascii() or any(character.isspace() for character in url):
        raise _refused("a URL of ASCII characters without blanks is needed", "网址只能含 ASCII 字符且没有空格")
    if parts.scheme != "https" and not (allows_private and parts.scheme == "http"):
        raise _refused("the URL must begin with https://", "网址须以 https:// 开头")
    if not host:
        raise _refused("the URL has no host", "网址没有主机名")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("the URL must hold neither user name, password nor fragment", "网址不能带用户名、密码或片段")
    literal = _literal(host)
    if not allows_private and (host == "localhost" or host.endswith(".localhost") or (literal and not is_public(literal))):
        raise _refused(f"{host} is not a public address", f"{host} 不是公网地址")
    return parts


def resolved(parts: SplitResult, *, allows_private: bool, resolve: Resolve | None = None) -> list[str]:
    """The addresses to connect to, the first one first, each having been looked at; AddressRefusedError, OSError."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = (resolve or _resolve)(parts.hostname or "", port)
    if not found:
        raise OSError(f"{parts.hostname} has no address")
    if not allows_private:
        for each in found:
            if not is_public(ip_address(each.partition("%")[0])):
                raise _refused(f"{parts.hostname} leads to {each}", f"{parts.hostname} 指向 {each}")
    return list(dict.fromkeys(found))


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, whatever notation it hides in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None and not is_public(inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _refused(en: str, zh: str) -> AddressRefusedError:
    return AddressRefusedError("$.url", f"webhook address refused: {en}", f"不能使用此网址：{zh}")
