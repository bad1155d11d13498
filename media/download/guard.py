"""Whom we may call: servers on the public internet, and nobody behind them.

A host is judged by the addresses it resolves to, never by its spelling: 0x7f000001, 2130706433, 127.1 and a
name that somebody points at 127.0.0.1 are all the same to the resolver.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.errors import BadInput, Unavailable

Resolve = Callable[[str, int], Sequence[str]]

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that IANA has given out for the public (RFC 4291)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are who is called
ISATAP = {0x00005EFE, 0x02005EFE}  # RFC 5214: bits 64 to 95, before an IPv4 address
# What `is_global` of Python 3.11 takes for public, but is not a server of anybody's.
NOT_PUBLIC: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = (
    ipaddress.IPv4Network("192.0.0.0/24"),  # RFC 6890; Oracle's clouds answer with credentials at .192
    ipaddress.IPv4Network("192.88.99.0/24"),  # RFC 7526: relays of 6to4, which is no more
    ipaddress.IPv4Network("168.63.129.16/32"),  # Azure's machines reach their host there
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637: documentation
    ipaddress.IPv6Network("2001::/23"),  # RFC 2928: protocols, Teredo among them
)


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the public internet; an IPv4 address inside it must be so too."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return _is_public_v4(ip)
    if ip.scope_id:
        return False
    if inner := ip.ipv4_mapped or (_low_bits(ip) if ip in NAT64 else None):
        return _is_public_v4(inner)
    inner = ip.sixtofour or (_low_bits(ip) if (int(ip) >> 32) & 0xFFFFFFFF in ISATAP else None)
    return (
        ip in GLOBAL_UNICAST
        and ip.is_global
        and not any(ip in network for network in NOT_PUBLIC if network.version == ip.version)
        and (inner is None or _is_public_v4(inner))
    )


def _is_public_v4(ip: ipaddress.IPv4Address) -> bool:
    return (
        ip.is_global
        and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
        and not any(ip in network for network in NOT_PUBLIC if network.version == ip.version)
    )


def _low_bits(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)


def ask_the_system(host: str, port: int) -> Sequence[str]:
    """Return every address that the system's resolver knows of `host`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True)
class Guard:
    """Resolves a host and refuses it for a single address that must not be called.

    The rule can be another only for who builds a Guard in code, as tests on loopback do; no job, setting or
    environment variable reaches it.
    """

    resolve: Resolve = ask_the_system
    is_allowed: Callable[[str], bool] = is_public

    def addresses_of(self, host: str, port: int, shown: str) -> tuple[str, ...]:
        """Return the addresses of `host`, all of them checked; call these and resolve no more.

        Args:
            host: A name or an IP address, as it stands in a URL.
            port: Where it will be called.
            shown: The address that was asked for, for messages.

        Raises:
            BadInput: There is no such host, or one of its addresses must not be called.
            Unavailable: The resolver does not answer.
        """
        try:
            addresses = tuple(self.resolve(host, port))
        except (socket.gaierror, UnicodeError) as error:
            if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
                raise Unavailable(
                    f"{shown}: expected to find the host {host}, found no resolver that answers; "
                    "check this machine's network and try again"
                ) from None
            raise BadInput(
                f"{shown}: expected a host that exists, found none named {host}; check the address"
            ) from None
        if not addresses or not all(self.is_allowed(address) for address in addresses):
            # The address is not told: which names mean something inside our network is nobody's business.
            raise BadInput(
                f"{shown}: expected a server on the public internet, found {host} at a private, local or "
                "reserved address; upload the file, or give an address that anyone can reach"
            )
        return addresses
