"""HTTP of the libraries: routes, filters, paging and responses shared by all three."""
