"""Licences from a software bill of materials."""

from scripts.licences import licences


def test_every_component_has_a_line_with_what_it_declares() -> None:
    bill = {
        "components": [
            {"name": "zstd", "version": "1.5", "licenses": [{"expression": "MIT OR Apache-2.0"}]},
            {"name": "Mako", "version": "1.3", "licenses": [{"license": {"id": "MIT"}}] * 2},
            {"name": "bare", "version": "0.1"},
            {
                "name": "long",
                "licenses": [{"license": {"name": "BSD\n  License"}}, {"license": {"id": "MIT"}}],
            },
        ]
    }
    assert list(licences(bill)) == [
        ("bare", "0.1", "unknown"),
        ("long", "", "BSD License / MIT"),
        ("Mako", "1.3", "MIT"),
        ("zstd", "1.5", "MIT OR Apache-2.0"),
    ]
