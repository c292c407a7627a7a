"""Networks from which an API key may be used, in CIDR notation."""

from collections.abc import Collection, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from app.errors import FieldError, Invalid

MAX_NETWORKS = 20


def check_networks(texts: Sequence[str], *, field: str) -> list[str]:
    """The networks in their usual form, each once; an address stands for itself.

    Raises:
        Invalid: one is no network, at its place in the list, or there are too many.
    """
    if len(texts) > MAX_NETWORKS:
        raise Invalid.field(
            field, "too_many", f"最多 {MAX_NETWORKS} 个网段", f"at most {MAX_NETWORKS} networks"
        )
    found: list[str] = []
    faults: list[FieldError] = []
    for place, text in enumerate(texts):
        try:
            found.append(str(ip_network(text.strip(), strict=False)))
        except ValueError:
            faults.append(
                FieldError(
                    f"{field}.{place}",
                    "no_network",
                    "应为网络地址或网段，如 203.0.113.5 或 10.1.0.0/16",
                    "must be an address or a network such as 203.0.113.5 or 10.1.0.0/16",
                )
            )
    if faults:
        raise Invalid(fields=faults)
    return list(dict.fromkeys(found))


def is_within(address: str, networks: Collection[str]) -> bool:
    """Whether the address is in one of the networks, or there are none. What is no address is in none of them."""
    if not networks:
        return True
    try:
        client = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(client, IPv6Address) and client.ipv4_mapped is not None:
        client = client.ipv4_mapped
    return any(client in ip_network(network) for network in networks)
