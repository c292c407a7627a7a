"""技术需求库: demands, problems that enterprises want solved."""
