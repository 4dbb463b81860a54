"""Run benchmark subjects: `python -m benchmarks [SUBJECT ...] [--quick]`."""

import argparse
import importlib
import pkgutil

import benchmarks
from benchmarks.driver import report


def main() -> None:
    """Run the named subjects (all of them without a name) and print one table each."""
    files = {info.name for info in pkgutil.iter_modules(benchmarks.__path__)}
    names = sorted(files - {"__main__", "driver"})
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="only the smallest size of each case")
    options = parser.parse_args()
    if unknown := sorted(set(options.subjects) - set(names)):
        parser.error(f"no subject {', '.join(unknown)}; there are {', '.join(names)}")
    for name in options.subjects or names:
        module = importlib.import_module(f"benchmarks.{name}")
        report(name, module.cases(quick=options.quick))


if __name__ == "__main__":
    main()
