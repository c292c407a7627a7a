"""The live stream of an inbox: server-sent events that resume where the client left off."""
