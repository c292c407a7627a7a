"""Support for all tests: paths, HTTP helpers and scenario builders."""
