"""Login by the city's identity provider (OpenID Connect)."""
