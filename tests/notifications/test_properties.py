"""What must hold for every address, schedule and signature, not only for those that somebody thought of."""

import json
import socket
import time
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from app.database import now
from app.notifications.channels import ssrf_guard
from app.notifications.channels.ssrf_guard import AddressRefused, GuardedNetwork, is_public, resolve
from app.notifications.channels.webhook import signature_headers
from app.notifications.delivery.retry import MAX_RETRY_AFTER, next_delay
from app.notifications.webhooks.service import new_secret
from app.settings import Settings
from tests.support.servers import http_receiver

pauses = st.lists(st.timedeltas(timedelta(), timedelta(days=2)), max_size=12).map(sorted)

INSIDE = """
    0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8
    192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::10.0.0.1 fe80::1 fec0::1 fc00::1 fd12::1 ff02::1 2001:db8::1
    2002:7f00:1::1 2002:a00:1:: 64:ff9b::a00:1 64:ff9b::7f00:1 64:ff9b:1::a00:1 2001:0:4136:e378:8000:63bf:f5ff:fffe
"""


class TestAddresses:
    @pytest.mark.parametrize("text", INSIDE.split())
    def test_addresses_that_are_not_of_the_open_network(self, text: str) -> None:
        assert not is_public(ip_address(text))

    @pytest.mark.parametrize(
        "text", ["1.1.1.1", "8.8.8.8", "172.32.0.1", "223.5.5.5", "2400:3200::1", "2606:4700:4700::1111"]
    )
    def test_addresses_of_the_open_network(self, text: str) -> None:
        assert is_public(ip_address(text))

    @given(st.ip_addresses())
    def test_what_python_calls_private_is_never_public(self, address: IPv4Address | IPv6Address) -> None:
        inner = (
            address.is_private,
            address.is_loopback,
            address.is_link_local,
            address.is_multicast,
            address.is_reserved,
            address.is_unspecified,
        )
        assert not (any(inner) and is_public(address))

    @given(st.ip_addresses(v=4))
    def test_a_wrapped_address_is_no_better_than_the_one_inside(self, inner: IPv4Address) -> None:
        number = int(inner)
        wrapped = (
            (0xFFFF << 32) | number,  # mapped
            number,  # compatible
            (0x2002 << 112) | (number << 80),  # 6to4
            (0x0064FF9B << 96) | number,  # NAT64
            (0x20010000 << 96) | (number ^ 0xFFFFFFFF),  # Teredo: the client, bits turned round
            (0x20010000 << 96) | (number << 64) | 0xF7F7F7F7,  # Teredo: the server
        )
        for address in map(IPv6Address, wrapped):
            assert is_public(inner) or not is_public(address)

    @given(st.lists(st.ip_addresses(), min_size=1, max_size=4))
    def test_one_inner_address_among_others_refuses_the_name(self, addresses: list[Any]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", lambda *_, **__: [_entry(one) for one in addresses])
            if all(map(is_public, addresses)):
                assert resolve("host.example", 443) == list(dict.fromkeys(addresses))
            else:
                with pytest.raises(AddressRefused):
                    resolve("host.example", 443)
            assert resolve("host.example", 443, allowed=["host.example:443"])
            if not all(map(is_public, addresses)):
                with pytest.raises(AddressRefused):
                    resolve("host.example", 444, allowed=["host.example:443"])

    def test_a_name_is_asked_once_and_the_connection_goes_to_what_was_checked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """DNS rebinding: the name is public when it is checked, and leads inside a moment later."""
        asked, connected = [], []
        answers = iter(["93.184.216.34", "127.0.0.1"])

        def lookup(host: str, *_: Any, **__: Any) -> list[Any]:
            asked.append(host)
            return [_entry(ip_address(next(answers)))]

        def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
            connected.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        monkeypatch.setattr(socket, "create_connection", connect)
        network = GuardedNetwork(allowed=(), seconds=5)
        with pytest.raises(httpcore.ConnectError):
            network.connect_tcp("host.example", 443)
        assert (asked, connected) == (["host.example"], [("93.184.216.34", 443)])

    def test_a_receiver_that_drips_is_cut_off_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with http_receiver() as receiver:
            network = GuardedNetwork(allowed=[receiver.host], seconds=0.0)
            with pytest.raises(httpcore.ConnectTimeout):
                network.connect_tcp("127.0.0.1", receiver.port)
            slow = GuardedNetwork(allowed=[receiver.host], seconds=300)
            stream = slow.connect_tcp("127.0.0.1", receiver.port, timeout=60)
            nearly = SimpleNamespace(monotonic=lambda: time.monotonic() + 299.8)
            monkeypatch.setattr(ssrf_guard, "time", nearly)
            with pytest.raises(httpcore.ReadTimeout):
                stream.read(1, timeout=60)  # the whole exchange has 0.2 s left, whatever one reading may take
            with pytest.raises(httpcore.WriteTimeout):
                stream.write(b"x", timeout=60)
            stream.close()


def _entry(address: IPv4Address | IPv6Address) -> tuple[Any, ...]:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return (family, socket.SOCK_STREAM, 6, "", (str(address), 443))


class TestRetrying:
    @given(pauses, st.integers(1, 20), st.none() | st.timedeltas(timedelta(), timedelta(days=30)))
    def test_every_pause_is_kept_and_the_schedule_ends(
        self, schedule: list[timedelta], attempts: int, wish: timedelta | None
    ) -> None:
        pause = next_delay(schedule, attempts, retry_after=wish)
        if attempts > len(schedule):
            assert pause is None
            return
        least = max(schedule[attempts - 1], min(wish or timedelta(), MAX_RETRY_AFTER))
        assert pause is not None and least <= pause <= least * 1.11

    @given(pauses)
    def test_least_pauses_never_shrink(self, schedule: list[timedelta]) -> None:
        given_ = Settings(_env_file=None, webhook_pauses=schedule).webhook_pauses
        assert given_ == schedule == sorted(given_)

    @given(pauses.filter(lambda schedule: len(set(schedule)) > 1))
    def test_a_shrinking_schedule_is_refused(self, schedule: list[timedelta]) -> None:
        with pytest.raises(ValidationError):
            Settings(_env_file=None, webhook_pauses=schedule[::-1])


class TestSigning:
    @given(st.dictionaries(st.text(), st.text() | st.integers(), max_size=3), st.integers(1, 3))
    def test_only_a_holder_of_one_of_the_secrets_can_verify(self, data: dict[str, Any], count: int) -> None:
        secrets = [new_secret() for _ in range(count)]
        body = json.dumps(data, ensure_ascii=False)
        headers = signature_headers(f"msg_{uuid4()}", body, secrets, at=now())
        for secret in secrets:
            assert Webhook(secret).verify(body, headers) == data
        for secret, text, changed in (
            (new_secret(), body, headers),
            (secrets[0], body + " ", headers),
            (secrets[0], body, headers | {"webhook-id": "msg_other"}),
            (secrets[0], body, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}),
        ):
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(text, changed)
