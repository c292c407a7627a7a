"""Tables as officials hand them in: unit line, header of two rows, totals, and who filled them in."""
