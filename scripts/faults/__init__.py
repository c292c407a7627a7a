"""Processes that are killed, disks that are full, files that are damaged: what a store is afterwards."""
