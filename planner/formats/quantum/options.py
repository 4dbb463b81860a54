"""What may be asked of formats that read a quantum network without demands and hardware."""

OPTIONS = {
    "load": "pairs per second that random demands ask for together (default 100 Hz)",
    "min_fidelity": "fidelity that every demand asks for (default 0.98)",
    "seed": "seed of the random demands (default 0)",
    "link_fidelity": "fidelity of a fresh pair on every link (default 0.999)",
    "link_rate": "mean pairs per second of every link (default 1400 Hz)",
}
