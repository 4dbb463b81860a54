"""What a run leaves behind: the result, its file, how it is judged and how it is verified."""
