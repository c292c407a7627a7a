"""Two embedding models in one store, and the change from one to the other while the service runs."""
