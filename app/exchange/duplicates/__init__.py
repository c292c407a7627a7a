"""Published records that may be the same thing: found by keys, words and vectors, decided by the bureau, reversible."""
