"""Whom a download may call, by every spelling that the resolver takes."""

import socket
from pathlib import Path

import pytest

from media.download import Guard, is_public
from media.download.guard import ask_the_system
from media.errors import BadInput, Unavailable
from tests.architecture.modules import read_modules, within

REFUSED = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "this host": ["0.0.0.0", "0.1.2.3", "::"],  # noqa: S104 - refused, not bound
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd00:ec2::254"],
    "carrier's": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "link-local": ["169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%lo"],
    "clouds' own": ["192.0.0.192", "168.63.129.16"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "benchmarks": ["198.18.0.1", "2001:2::1"],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "192.88.99.1", "fec0::1", "100::1", "4000::1", "5f00::1"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a00:1"],
    "IPv4-compatible": ["::127.0.0.1", "::a9fe:a9fe", "::8.8.8.8"],
    "IPv4-translated": ["::ffff:0:127.0.0.1"],
    "NAT64": ["64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::808:808"],
    "6to4": ["2002:a9fe:a9fe::", "2002:7f00:1::1", "2002:c0a8:101::1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::1"],
    "ISATAP": ["2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a9fe:a9fe"],
    "no address": ["", "localhost", "127.1", "8.8.8.8 ", "08.8.8.8", "1.1.1.1/32"],
}
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
SPELLINGS = ["0x7f000001", "2130706433", "017700000001", "127.1", "0", "0x7f.1", "localhost", "127.0.0.1"]


@pytest.mark.parametrize(
    "address",
    [pytest.param(a, id=f"{kind} {a}") for kind, addresses in REFUSED.items() for a in addresses],
)
def test_address_that_is_not_public_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_allowed(address):
    assert is_public(address)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_loopback_is_refused_by_what_it_resolves_to(spelling):
    assert set(ask_the_system(spelling, 443)) & {"127.0.0.1", "0.0.0.0", "::1"}  # noqa: S104 - the same

    with pytest.raises(BadInput, match=r"on the public internet, found .* at a private"):
        Guard().addresses_of(spelling, 443, "https://…/part.step")


@pytest.mark.parametrize("bad", ["10.0.0.1", "::1", "not an address"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_address_among_good_ones_refuses_the_host(bad, place):
    addresses = ["8.8.8.8", "2606:4700::1111"]
    addresses.insert(place, bad)

    with pytest.raises(BadInput, match=r"found files\.test at a private") as raised:
        Guard(lambda _host, _port: addresses).addresses_of("files.test", 443, "https://files.test/a")

    assert bad not in str(raised.value)


def test_host_without_any_address_is_refused():
    with pytest.raises(BadInput, match="public internet"):
        Guard(lambda _host, _port: ()).addresses_of("files.test", 443, "https://files.test/a")


def test_host_is_resolved_once_and_every_address_returned():
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["8.8.8.8", "1.1.1.1"]

    assert Guard(resolve).addresses_of("files.test", 8443, "a") == ("8.8.8.8", "1.1.1.1")
    assert asked == [("files.test", 8443)]


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no such name"), BadInput),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), Unavailable),
        (UnicodeError("label too long"), BadInput),
    ],
)
def test_host_that_cannot_be_resolved_is_told_by_what_to_do(failure, error):
    def resolve(_host: str, _port: int) -> list[str]:
        raise failure

    with pytest.raises(error, match=r"^https://files\.test/a: expected .* found "):
        Guard(resolve).addresses_of("files.test", 443, "https://files.test/a")


@pytest.mark.parametrize("host", ["a..test", "a" * 64 + ".test", "ä" * 64 + ".test", "."])
def test_name_that_no_host_can_have_is_refused(host):
    with pytest.raises(BadInput, match="expected a host that exists"):
        Guard().addresses_of(host, 443, "https://…/a")


def test_only_the_download_itself_names_the_rule_of_whom_to_call():
    elsewhere = [m for m in read_modules(Path(__file__).parents[3]) if not within(m.name, "media.download")]

    assert len(elsewhere) > 50
    assert [m.name for m in elsewhere if "Guard" in m.text or "is_allowed" in m.text] == []
