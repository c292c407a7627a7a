"""Backups: one archive with the database, the files and, if asked, the keys of a running service, and its restoration.

The archive is a tar file, compressed and optionally encrypted for age recipients. Its last members are the manifest
with the SHA-256 of all others, so a truncated archive has none, and its signature. The database in it is always an
SQLite file: a backup of PostgreSQL is restored on SQLite and the other way round.
"""
