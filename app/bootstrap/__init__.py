"""The parts of one process, put together: the service, a worker and the command line all start here."""
