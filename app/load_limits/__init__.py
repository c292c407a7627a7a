"""Load limits (admission control): how much slow work the service does at a time, for whom, and for how long."""
