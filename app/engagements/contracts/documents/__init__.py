"""Documents of contracts, scans with signatures among them."""
