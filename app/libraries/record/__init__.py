"""What records of all three libraries share: state transitions, commands, storage and versions."""
