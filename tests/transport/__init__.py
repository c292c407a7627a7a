"""HTTP connections: headers of answers and slow clients."""
