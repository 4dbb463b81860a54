"""Protocols: how one end-to-end pair is made, what it holds meanwhile and what it is worth."""
