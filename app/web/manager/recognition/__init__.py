"""A manager's recognition: tier, filing, certificates, trainings and rounds."""
