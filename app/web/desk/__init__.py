"""The desk of enterprises, institutions and investors: their records and matches."""
