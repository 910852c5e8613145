"""What several test files share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

# DuckDB wants pytz to hand out a timestamptz by `fetchall`, and Retro does not require it: whoever asks so fails here too, as
# in a fresh environment. `.pl()` and `epoch(...)` do without.
sys.modules["pytz"] = None


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder with real sample data; a test that needs it is skipped where there is none."""
    folder = os.environ.get("RETRO_SAMPLES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("RETRO_SAMPLES names no folder with sample data")
    return Path(folder)


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo project with its page built."""
    from retro import pipeline
    from retro.demo import write_demo

    root = write_demo(tmp_path_factory.mktemp("demo") / "demo")
    pipeline.build(root, "2")
    return root


@pytest.fixture(scope="session")
def demo_page(demo_project: Path) -> Path:
    """The built page of the demo's sprint 2."""
    return demo_project / "reports" / "sprint-2.html"


@pytest.fixture(scope="session")
def shipped_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in memory with every table and view that Retro ships; leave it empty."""
    from retro import queries, tables
    from retro.pipeline.derived import make_views

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set global timezone = 'UTC'")
        for text in tables.ddl().values():
            connection.execute(text)
        make_views(connection, (queries.shipped("queries"),))
        yield connection
