"""The pages of technology managers: inbox, board, tasks, recognition."""
