"""The rows that the tests count: one table, with about a kilobyte of WAL for each row."""

ROWS_PER_MB = 1000  # a little more than 1 MB of WAL


def rows_of_a_segment(server):
    """How many fill a segment, and a little more."""
    return (server.segment_bytes >> 20) * ROWS_PER_MB


def create(server):
    server.query("CREATE TABLE ledger (id bigserial PRIMARY KEY, batch text, note text)")


def add(server, rows, batch="-"):
    server.query(
        "INSERT INTO ledger (batch, note) "
        f"SELECT '{batch}', repeat(md5(random()::text), 28) FROM generate_series(1, {rows})"
    )


def count(server):
    return int(server.query("SELECT count(*) FROM ledger"))


def batches(server):
    """The names of the batches that the server has, in the order in which they were added."""
    found = server.query("SELECT batch FROM ledger GROUP BY batch ORDER BY min(id)")
    return found.splitlines()


def fingerprint(server):
    """Two servers with the same fingerprint have the same rows."""
    return server.query(
        "SELECT count(*), md5(string_agg(id || batch || note, '' ORDER BY id)) FROM ledger"
    )
