"""Exchange of records with other systems: files of bureaus, universities and enterprises come in, lists go out."""
