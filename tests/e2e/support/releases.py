"""What differs from one release of PostgreSQL to another. Tests never ask for a release: they ask here.

WALSTOW_PG_BIN is the folder of the server's programs, of any release from 10 on. Without it the tests run on
Debian's PostgreSQL. Clients that the folder lacks are Debian's, too; psql and pgbench speak to all of them.
"""

import functools
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from support import processes

def _programs_of_debian():
    script = Path(__file__).resolve().parents[3] / "deploy/postgres-programs"
    return subprocess.run([script], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


DEBIAN = Path(_programs_of_debian())

_bin = Path(os.environ.get("WALSTOW_PG_BIN", DEBIAN)).absolute()

# Before 12 these are in recovery.conf, which is a signal file and a settings file at once.
_SETTINGS_OF_RECOVERY = re.compile(
    "restore_command|archive_cleanup_command|primary_conninfo|primary_slot_name|recovery_.*"
)
# Where they wait until the server is to recover.
_RECOVERY_LATER = "recovery.settings"

# What pg_basebackup leaves out. pg_wal is there, and empty.
_NOT_IN_A_BACKUP = re.compile(
    r"postmaster\.(pid|opts)|pgsql_tmp.*|pg_internal\.init.*|backup_label(\.old)?|tablespace_map(\.old)?"
)
_EMPTY_IN_A_BACKUP = {
    "pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp",
    "pg_subtrans",
}  # fmt: skip


def program(name):
    """The path of a program of PostgreSQL."""
    path = _bin / name
    return path if path.exists() else DEBIAN / name


def own_program(name):
    """Whether the server's own release has the program, and not Debian's alone."""
    return (_bin / name).exists()


@functools.cache
def _release():
    """The number of the release, 18 of 18.4 as of 18rc1."""
    version = processes.run(program("postgres"), "--version").stdout
    return int(re.search(r"\) (\d+)", version)[1])


# --- where the programs are ---------------------------------------------------------------------


def check():
    """Fails with a hint if there is no server to test."""
    if not (_bin / "postgres").exists():
        raise SystemExit(
            f"there is no server of PostgreSQL in {_bin}: does WALSTOW_PG_BIN name the right folder?"
            " deploy/install-packages fetches servers: postgresql-18, for example"
        )


def copy_programs(folder):
    """Uses a copy of the server under `folder` from now on; it costs no space on the same file system."""
    global _bin
    copied = processes.run("cp", "--archive", "--link", _bin.parent, folder, check=False)
    if copied.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        processes.run("cp", "--archive", _bin.parent, folder)
    _bin = folder / _bin.name


# --- making a server ----------------------------------------------------------------------------


def segment_mb(wanted):
    """The size of segments that comes next to the one wanted: 10 has 16 MB compiled in."""
    return wanted if _release() >= 11 else 16


def initdb_options(size_mb):
    options = [f"--wal-segsize={size_mb}"] if _release() >= 11 else []
    return options + (["--no-instructions"] if _release() >= 14 else [])


def has_base_backup():
    """Whether there is a pg_basebackup that knows this server."""
    return (_bin / "pg_basebackup").exists()


def copy_as_backup(server, folder):
    """Makes a base backup of the running server as backup programs do, by the server's own functions.

    Like `pg_basebackup --wal-method=none`: it waits until the WAL that the backup needs is archived, and leaves out
    what the documentation says may be left out.
    """
    if _release() >= 15:
        start, stop = "pg_backup_start('backup', true)", "pg_backup_stop()"
    else:
        start, stop = "pg_start_backup('backup', true, false)", "pg_stop_backup(false)"
    with server.session() as query:
        query(f"SELECT {start}")
        _copy_data(server.data, folder)
        files = query(
            "SELECT encode(convert_to(labelfile, 'UTF8'), 'hex'), "
            f"encode(convert_to(spcmapfile, 'UTF8'), 'hex') FROM {stop}"
        )
    label, tablespaces = (bytes.fromhex(file) for file in files.split("|"))
    (folder / "backup_label").write_bytes(label)
    if tablespaces:
        (folder / "tablespace_map").write_bytes(tablespaces)


def _copy_data(data, folder):
    def left_out(parent, names):
        if Path(parent).parent == data and Path(parent).name in _EMPTY_IN_A_BACKUP:
            return names
        return [name for name in names if _NOT_IN_A_BACKUP.fullmatch(name)]

    def copy(source, target):
        try:
            shutil.copy2(source, target)
        except FileNotFoundError:  # the server has removed it meanwhile; the WAL knows
            pass

    shutil.copytree(data, folder, ignore=left_out, copy_function=copy)
    # Of a standby the last one: it says up to where replay must come.
    shutil.copy2(data / "global/pg_control", folder / "global/pg_control")


# --- settings -----------------------------------------------------------------------------------


def configure(data, settings):
    """Appends to the settings of a data directory, where the last line of a name counts."""
    for name, value in settings.items():
        if name == "wal_keep_size" and _release() < 13:
            name, value = "wal_keep_segments", _megabytes(value)  # or more than asked for
        files = ["postgresql.conf"]
        if _release() < 12 and _SETTINGS_OF_RECOVERY.fullmatch(name):
            files = [_RECOVERY_LATER, *(["recovery.conf"] if (data / "recovery.conf").exists() else [])]
        for file in files:
            with open(data / file, "a", encoding="utf-8") as stream:
                stream.write(_line(name, value))


def _line(name, value):
    quoted = str(value).replace("'", "''")
    return f"{name} = '{quoted}'\n"


def _megabytes(size):
    match = re.fullmatch(r"(\d+)(MB|GB)?", str(size))
    return int(match[1]) * (1024 if match[2] == "GB" else 1)


def needs_restart(settings):
    """Whether a running server must be started anew for these settings, which 15 reads at a reload."""
    conninfo = "primary_conninfo" in settings and _release() < 13
    return conninfo or (_release() < 12 and any(map(_SETTINGS_OF_RECOVERY.fullmatch, settings)))


# --- recovery -----------------------------------------------------------------------------------


def request_recovery(data, signal_file):
    """What creating standby.signal or recovery.signal is from 12 on."""
    path = recovery_request(data, signal_file)
    if path.name == signal_file:
        path.touch()
        return
    lines = [_line("recovery_target_timeline", "latest")]  # the default from 12 on
    if signal_file == "standby.signal":
        lines.append(_line("standby_mode", "on"))
    later = data / _RECOVERY_LATER
    path.write_text("".join(lines) + (later.read_text(encoding="utf-8") if later.exists() else ""))


def recovery_request(data, signal_file):
    """The file that is there as long as recovery has not ended."""
    return data / (signal_file if _release() >= 12 else "recovery.conf")


def promote(server):
    """Has a standby promoted, and does not wait for it."""
    if _release() >= 12:
        server.query("SELECT pg_promote(wait => false)")
    else:
        (server.data / "promote").touch()
        server.send_signal(signal.SIGUSR1)
