"""What a test process makes once instead of for every test, with nothing of a test in it."""
