"""Several API processes on one store."""
