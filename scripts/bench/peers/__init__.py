"""What the service's matching is measured with, and beside: other engines, on the same rows and the same questions."""
