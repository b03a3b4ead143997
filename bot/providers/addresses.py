"""Which machines a result may be fetched from (docs/settings.md, "Addresses").

Knows addresses and names only: nothing of HTTP, keys or providers.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name, for a port. Raises OSError when there are none."""

_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# Written out because Python's own lists changed between 3.11 and 3.14, and because addresses
# that carry another one inside lead to wherever a gateway on the way unpacks them.
_NEVER = (
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("168.63.129.16/32"),  # a cloud's own metadata host
    ipaddress.ip_network("2001::/23"),  # Teredo, ORCHID, benchmarks
    ipaddress.ip_network("2001:db8::/32"),  # documentation
    ipaddress.ip_network("2002::/16"),  # 6to4
    ipaddress.ip_network("3fff::/20"),  # documentation
)


def is_public(address: str) -> bool:
    """Whether the address is a machine on the open internet.

    Not so: private, shared, loopback, link-local, multicast, reserved, documentation, and
    every IPv6 form with an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo).
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 6 and (ip not in _PUBLIC_IPV6 or "%" in address):
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    return not any(ip.version == network.version and ip in network for network in _NEVER)


async def resolve_host(host: str, port: int) -> list[str]:
    """The host's addresses in the order the system would try them. Raises OSError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("no host name") from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
