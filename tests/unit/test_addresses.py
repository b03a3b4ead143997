"""Where a result may be fetched from."""

import pytest

from bot.providers.addresses import is_public, resolve_host


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_a_machine_on_the_open_internet_may_be_asked(address: str) -> None:
    assert True is is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.251",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "100::1",
        "2001:db8::1",
        "3fff::1",
    ],
)
def test_private_local_shared_multicast_and_reserved_machines_may_not(address: str) -> None:
    assert False is is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:1.1.1.1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::101:101",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:101:101::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_an_ipv4_address_hidden_in_an_ipv6_one_may_not(address: str) -> None:
    assert False is is_public(address)


@pytest.mark.parametrize("address", ["", "localhost", "2130706433", "0x7f.1", "1.1.1", "[::1]"])
def test_what_is_no_plain_address_is_not_public(address: str) -> None:
    assert False is is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.0.0.1", "127.1"])
async def test_every_way_to_write_loopback_resolves_to_what_it_is(host: str) -> None:
    loopback = ["127.0.0.1"]

    assert loopback == await resolve_host(host, 443)
