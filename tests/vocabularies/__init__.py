"""Tests of the vocabularies: names, codes and how people write them."""
