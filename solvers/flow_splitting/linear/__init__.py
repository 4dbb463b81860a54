"""The flow LP of leaf-spine fabrics, and plans with few parts that reach its optimum."""
