"""The catalogue of open data in DCAT-AP, as JSON-LD: the sets for which the bureau has stated a licence."""

from typing import Any

from app.settings import Settings

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_SETS = {
    "achievements": (
        "技术成果目录",
        "Catalogue of technological achievements",
        "已发布的技术成果，内容以社会公众可见者为限。",
        (("/v1/achievements", "application/json"), ("/v1/oai-pmh?verb=Identify", "text/xml")),
    ),
    "demands": (
        "技术需求目录",
        "Catalogue of technology demands",
        "已发布的技术需求，内容以社会公众可见者为限，不含匿名需求的单位。",
        (("/v1/demands", "application/json"),),
    ),
}


def catalogue(settings: Settings) -> dict[str, Any]:
    """The catalogue; a set without a licence is no open data and not in it."""
    base = settings.public_url.rstrip("/")
    licences = {name: getattr(settings, f"open_data_licence_{name}") for name in _SETS}
    return {
        "@context": _CONTEXT,
        "@id": f"{base}/v1/open-data/catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _in_both("三库开放数据目录", "Open data of the three libraries"),
        "dct:description": _in_both(
            "技术成果库与技术需求库的公开内容。", "What the libraries show to everybody."
        ),
        "dct:publisher": {"@type": "foaf:Agent", "@id": base, "foaf:name": "三库 Sanku"},
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/ZHO"},
        "dcat:dataset": [_dataset(base, name, licence) for name, licence in licences.items() if licence],
    }


def _dataset(base: str, name: str, licence: str) -> dict[str, Any]:
    zh, en, description, places = _SETS[name]
    id_ = f"{base}/v1/open-data/catalogue#{name}"
    return {
        "@id": id_,
        "@type": "dcat:Dataset",
        "dct:identifier": id_,
        "dct:title": _in_both(zh, en),
        "dct:description": [{"@language": "zh", "@value": description}],
        "dct:accessRights": {"@id": _RIGHTS},
        "dct:license": {"@id": licence},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:accessURL": {"@id": base + path},
                "dct:license": {"@id": licence},
                "dcat:mediaType": {"@id": _MEDIA + media_type},
            }
            for path, media_type in places
        ],
    }


def _in_both(zh: str, en: str) -> list[dict[str, str]]:
    return [{"@language": "zh", "@value": zh}, {"@language": "en", "@value": en}]
