"""The refusal of a backup or a restoration."""


class BackupRefusedError(Exception):
    """The archive cannot be made or restored; the message says why and what to do, in English and Chinese."""
