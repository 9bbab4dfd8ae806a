"""Write ``data/raw/sample`` anew: ``python -m tools.sample``."""

from pathlib import Path

from tools.sample import write_sample_study

write_sample_study(Path(__file__).resolve().parents[2] / "data" / "raw" / "sample")
