"""The HTTP layer of the libraries: routes, filters, lists and responses shared by all three."""
