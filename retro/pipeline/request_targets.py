"""What each model request was spent on, kept: fills `request_attributions` from the view `request_targets`.

A metric on the view would join every request of all time to sessions, commits and pull requests each time that it is asked.
"""

import duckdb

Connection = duckdb.DuckDBPyConnection
_MEMORY = "600MB"  # what does not fit goes to disk; without a limit a million requests take twice as much
_FILL = "insert into request_attributions by name select * from request_targets"


def keep(connection: Connection) -> None:
    """Writes the rows anew: any of them may follow from a commit, a pull request or a setting that changed."""
    connection.execute("delete from request_attributions")
    if connection.execute("select exists(from gateway_requests)").fetchall() == [(True,)]:
        connection.execute(f"set memory_limit = '{_MEMORY}'")
        connection.execute("set threads = 1")  # several compress no faster, and take half as much CPU again
        connection.execute(_FILL)
        for setting in ("memory_limit", "threads"):
            connection.execute(f"reset {setting}")
