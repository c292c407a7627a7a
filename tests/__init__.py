"""Tests. Folders mirror app/; `conftest` gives real databases and the real model."""
