"""Indexes in Milvus, a search engine of its own, for stores that have outgrown one machine's memory.

Milvus holds a copy of what the database says. Each process reads what was committed since the position that is kept
beside the copy, and writes it there, before it searches; a lock lets one of them write at a time.
"""
