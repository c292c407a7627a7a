"""Values of files in the forms of the libraries, each with how it was read."""
