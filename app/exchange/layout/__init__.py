"""Layout of a file: where its tables and forms are, and the raw values of each record."""
