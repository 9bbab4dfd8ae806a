"""Satisfaction beside its peers, all in one run: drivers, path model, ordinal model."""

from __future__ import annotations

from benchmarks import satisfaction_drivers, satisfaction_ordinal, satisfaction_paths


def main() -> None:
    """Run the three comparisons, one after the other."""
    for title, part in (
        ("Driver importance", satisfaction_drivers),
        ("Path model", satisfaction_paths),
        ("Ordinal model", satisfaction_ordinal),
    ):
        print(f"-- {title}", flush=True)
        part.main()
        print(flush=True)


if __name__ == "__main__":
    main()
