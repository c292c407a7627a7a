"""What tests of observability need."""
