"""Records of a file in the fields of the libraries, with origin, deductions and what is wrong."""
