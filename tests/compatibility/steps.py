"""What the recordings consist of: commands of all programs, in this order, on one archive.

SERVER/ is a data directory with its pg_wal; STANDBY/ that of a standby of it, with one segment; OTHER/ one of the same
system with other versions of two segments; NEXT/ one of another system, as after pg_upgrade; KEY the public key of a
client. Each step is a name, and the words of a command. A word such as "{hold}" is what an earlier step has printed: see
value_in().
"""

import os
import time

SERVER, STANDBY, OTHER, NEXT, KEY = "server", "standby", "other", "next", "client.pub"

PRUNE = "prune"  # age() comes before it

# The lists in the output of a command, and the member of their last item that a later step needs.
VALUES = {"hold": ("holds", "id"), "backup": ("backups", "name"), "standby": ("positions", "instance"),
          "digest": ("conflicts", "standing")}  # fmt: skip


def value_in(name, report):
    """The value for "{name}" in the JSON output of a command; None if it has none."""
    items, member = VALUES[name]
    found = report.get(items)
    return found[-1][member] if found else None


def age(archive):
    """Makes everything in the cluster "other" two days old: a prune keeps what was put a moment ago."""
    for path in (archive / "other").rglob("*.zst"):
        os.utime(path, times=(time.time() - 172800,) * 2)


def steps(files):
    """`files`: the names in the pg_wal of SERVER, in the order in which PostgreSQL archives them."""
    segments = [name for name in files if len(name) == 24]
    old = [name for name in segments if name.startswith("00000001")]
    walstow = ["walstow", "--output=json"]
    yield "cluster create", [*walstow, "cluster", "create", "main"]
    for name in files:
        yield f"archive {name}", ["walstow-archive", f"{SERVER}/pg_wal/{name}"]
    yield "archive again", ["walstow-archive", f"{SERVER}/pg_wal/{old[0]}"]
    yield "archive another version", ["walstow-archive", f"{OTHER}/pg_wal/{old[1]}"]
    yield "archive a second other version", ["walstow-archive", f"{OTHER}/pg_wal/{old[3]}"]
    yield "conflict list", [*walstow, "conflict", "list", "main"]
    yield "conflict show", [*walstow, "conflict", "show", "main", old[1]]
    for name in (files[0], files[1], segments[-1], f"{old[1]}.00000028.backup"):
        if name in files:
            yield f"restore {name}", ["walstow-restore", name, f"restored/{name}"]
    yield "conflict show another", [*walstow, "conflict", "show", "main", old[3]]
    yield "conflict accept", [*walstow, "conflict", "accept", "main", old[3], "{digest}"]
    yield "archive from a standby", ["walstow-archive", f"{STANDBY}/pg_wal/{old[0]}"]
    yield "restore what is absent", ["walstow-restore", "0000000200000000000000FF", "restored/absent"]
    yield "restore a history that is absent", ["walstow-restore", "00000003.history", "restored/absent"]
    yield "get", [*walstow, "get", "main", segments[-1], "restored/got"]
    yield "get a range", [*walstow, "get", "main", old[1], old[2], "--into", "restored"]
    yield "wait", [*walstow, "wait", "main", f"0/{int(old[1][16:], 16):X}00028", "--timeline", "1"]
    yield "window", [*walstow, "window", "main"]
    yield "list of holes", [*walstow, "list", "main", "--holes"]
    yield "whoami", [*walstow, "whoami"]
    yield "check", [*walstow, "check", "main"]
    yield "hold add", [*walstow, "hold", "add", "main", old[1], "--reason", "für die Prüfung"]
    yield "backup add", [*walstow, "backup", "add", "main", old[0], f"0/{int(old[1][16:], 16):X}00028", "--label", "snapshot"]
    yield "policy set", [*walstow, "policy", "set", "main", "--keep-backups", "2", "--keep-days", "14", "--quota", "1GB"]
    yield "new timelines", [*walstow, "policy", "set", "main", "--new-timelines", "primary1,standby1"]
    yield "restartpoint", ["walstow-restore", "--pgdata", STANDBY, "--restartpoint", old[1]]
    yield "prune plan", [*walstow, "prune", "main", "-n", "--before", old[0]]
    yield "withdraw", [*walstow, "withdraw", "main", old[2], "--reason", "a trial", "--yes"]
    yield "list of withdrawn files", [*walstow, "list", "main", "--withdrawn"]
    yield "list of the hole", [*walstow, "list", "main", "--holes"]
    yield "restore the hole", ["walstow-restore", old[2], "restored/absent"]
    yield "withdraw undone", [*walstow, "withdraw", "main", old[2], "--undo", "--yes"]
    yield "verify", [*walstow, "verify", "main"]
    yield "verify deep", [*walstow, "verify", "main", "--deep"]
    yield "hold add another", [*walstow, "hold", "add", "main", old[1], "--reason", "a trial"]
    yield "hold remove", [*walstow, "hold", "remove", "main", "{hold}"]
    yield "backup add another", [*walstow, "backup", "add", "main", old[0], f"0/{int(old[1][16:], 16):X}00028"]
    yield "backup remove", [*walstow, "backup", "remove", "main", "{backup}"]
    yield "standby list before", [*walstow, "standby", "list", "main"]
    yield "standby forget", [*walstow, "standby", "forget", "main", "{standby}"]
    yield "restartpoint again", ["walstow-restore", "--pgdata", STANDBY, "--restartpoint", old[1]]
    yield "policy remove", [*walstow, "policy", "remove", "main"]
    yield "policy set again", [*walstow, "policy", "set", "main", "--keep-backups", "3", "--keep-days", "7"]
    client = ["db2", "--cluster", "main", "--right", "archive"]
    yield "client add", [*walstow, "client", "add", *client, "--ssh", KEY]
    yield "client grant", [*walstow, "client", "grant", *client, "--right", "restore"]
    other = ["--cluster", "other"]
    yield "cluster create other", [*walstow, "cluster", "create", "other"]
    yield "client grant in another cluster", [*walstow, "client", "grant", "db2", *other, "--right", "restore"]
    yield "client list", [*walstow, "client", "list"]
    yield "client revoke", [*walstow, "client", "revoke", "db2", *other]
    yield "client remove", [*walstow, "client", "remove", "db2"]
    # A cluster of which something is deleted.
    yield "archive from a standby what the store lacks", ["walstow-archive", *other, f"{STANDBY}/pg_wal/{old[0]}"]
    yield "archive in the other cluster", ["walstow-archive", *other, f"{SERVER}/pg_wal/{old[1]}"]
    yield PRUNE, [*walstow, "prune", "other", "--yes", "--before", old[1]]
    yield "restore what was pruned", ["walstow-restore", *other, old[0], "restored/absent"]
    # As the archive is at the end.
    yield "list", [*walstow, "list", "main"]
    yield "hold list", [*walstow, "hold", "list", "main"]
    yield "backup list", [*walstow, "backup", "list", "main"]
    yield "policy show", [*walstow, "policy", "show", "main"]
    yield "standby list", [*walstow, "standby", "list", "main"]
    yield "cluster upgrade", [*walstow, "cluster", "upgrade", "main", "--pgdata", NEXT]
    yield "cluster list", [*walstow, "cluster", "list"]
    yield "status", [*walstow, "status", "main"]
