"""The same archive in a folder and in a bucket of Ceph's gateway, which runs on this machine, too.

What a service of S3 takes of the machine is then in the bucket's figures: the gateway, its object
store and the store share the processors.
"""

import os
import shutil

from cases import RESTORED
from machine import run_command, say
from report import Table
from support.s3 import Gateway, S3Archive
from tools import WalstowTlsClient

FOLDER, BUCKET = "in a folder", "in a bucket"


class _InS3(WalstowTlsClient):
    def __init__(self, machine, gateway):
        self._gateway = gateway
        super().__init__(machine)

    def new_archive(self):
        return S3Archive(self.folder / "state", self.machine.binaries, self.link, self._gateway)


def s3(machine):
    """Over TLS both, the client compresses; puts and gets, one by one and in a row."""
    if shutil.which("radosgw") is None:
        say("s3 is left out: there is no Ceph (deploy/install-packages s3)")
        return []
    gateway = Gateway(machine.folder / "s3")
    say("s3: starting Ceph's gateway")
    gateway.start()
    tool = _InS3(machine, gateway)
    try:
        beside = next(tool for tool in machine.tools if isinstance(tool, WalstowTlsClient))
        return _measure(machine, {FOLDER: beside, BUCKET: tool})
    finally:
        tool.end()
        gateway.stop()
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]


def _measure(machine, tools):
    put, get = Table("S3: archive, one call"), Table("S3: restore, one call")
    puts, gets = Table("S3: archive, a backlog, per segment"), Table("S3: restore, in a row, per call")
    names = machine.segments["pgbench"][: machine.count(48, 8)]
    single, row = names[: len(names) // 2], names[len(names) // 2 :]
    source = machine.data_directory("s3-source", names)
    target = machine.data_directory("s3-target", [])
    (target.folder / "standby.signal").touch()
    say(f"{put.title}: {len(single)} rounds; then {len(row)} in a row")
    source.enter()
    for name in single:
        for where, tool in tools.items():
            source.ready([name])
            put.add(where, run_command(tool.archive_command("s3"), name, f"pg_wal/{name}"))
            tool.wait_until_idle()
            source.forget()
    for where, tool in tools.items():
        puts.add(where, source.archive(tool, "s3", row) / len(row))
    target.enter()
    for name in single:
        for where, tool in tools.items():
            get.add(where, run_command(tool.restore_one_command("s3"), name, RESTORED))
            os.unlink(RESTORED)
            target.forget()
    for where, tool in tools.items():
        for name in row:
            gets.add(where, run_command(tool.restore_command("s3"), name, RESTORED))
            os.unlink(RESTORED)
        tool.end_prefetching()
        target.forget()
    return [put, puts, get, gets]
