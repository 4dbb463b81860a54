"""Edge colouring of bipartite multigraphs: leaves that send, leaves that receive, flows between."""
