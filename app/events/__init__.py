"""Events: the transactional outbox, and the catalogue of everything that is emitted."""
