"""What holds for every HTTP connection: headers of answers, and limits for slow clients."""
