"""walstow and plain copies, each as an archive_command and a restore_command.

Every tool has an archive of its own, and keeps it durable as well as it can: what a tool leaves out
(cp syncs and checks nothing) stands in its name.
"""

import shlex

from support import processes, wait
from support.archive import Archive

# Its own defaults, not those of the tests.
PATIENT = {
    "connect_timeout": "10s",
    "archive_wait": "60s",
    "standby_wait": "60s",
    "failure_memory": "5s",
    "recovery_wait": "60s",
    "tool_wait": "60s",
}


def of_run(machine):
    """The tools of a run, in the order of their rows."""
    kinds = []
    for kind in (WalstowTls, WalstowTlsClient, WalstowSsh, WalstowSshClient):
        kinds += [kind, earlier(kind)] if machine.earlier else [kind]
    kinds += [BareTransfer, Copy, SyncedCopy]
    if machine.peers:
        import peers as beside

        kinds += beside.ALL
    return kinds


class Tool:
    """`command` strings are PostgreSQL's, for a working directory that is a data directory.

    Several archives of one tool are told apart by their place, which is the case's.
    """

    PLACES = ("one", "backlog", "restore", "catchup", "start", "memory", "fanout", "s3")

    name = ""
    restore_name = None  # of its rows; None: it restores as another tool does
    slow = False  # takes part in fewer rounds
    catches_up = False  # a standby is fed by it

    def __init__(self, machine):
        self.machine = machine
        self.folder = machine.folder / type(self).__name__.lower()
        self.folder.mkdir()

    def archive_command(self, place):
        raise NotImplementedError

    def restore_command(self, place):
        raise NotImplementedError

    def restore_one_command(self, place):
        """Without what would go on in the background."""
        return self.restore_command(place)

    def fetched_ahead(self, name):
        """Whether a call for `name` would find it on this machine; None: the tool knows no such."""

    def wait_until_idle(self):
        """What a tool leaves behind in the background belongs to the call that began it."""

    def end_prefetching(self):
        self.wait_until_idle()

    def end(self):
        pass


class Copy(Tool):
    """What most blog posts show."""

    name = restore_name = "cp (nothing synced or checked)"
    catches_up = True

    def archive_command(self, place):
        folder = self.folder / place
        folder.mkdir(exist_ok=True)
        return f"test ! -f {folder}/%f && cp %p {folder}/%f"

    def restore_command(self, place):
        return f"cp {self.folder / place}/%f %p"


class SyncedCopy(Copy):
    """The least that makes an archived segment outlive a power cut."""

    name = "copy, file and folder synced"
    restore_name = None
    catches_up = False

    def archive_command(self, place):
        folder = self.folder / place
        folder.mkdir(exist_ok=True)
        partial = f"{folder}/%f.partial"
        return f"cp %p {partial} && sync {partial} && mv -n {partial} {folder}/%f && sync {folder}"


class BareTransfer(Tool):
    """The floor: bare_transfer.cc, over TLS with certificates, which checks and remembers nothing."""

    name = restore_name = "bare transfer over TLS, zstd 1, synced"

    def __init__(self, machine):
        super().__init__(machine)
        self._files = TlsFiles(machine, self.folder)
        self._servers = {}  # place: process
        self._program = machine.binaries / "bare_transfer"

    def archive_command(self, place):
        return f"{self._program} put {self._client(place)} %p"

    def restore_command(self, place):
        return f"{self._program} get {self._client(place)} %f %p"

    def end(self):
        for server in self._servers.values():
            server.terminate()
            server.wait()

    def _client(self, place):
        port = self.folder / f"{place}.port"
        if place not in self._servers:
            folder = self.folder / place
            folder.mkdir()
            command = [self._program, "serve", folder, *self._files.server, port]
            self._servers[place] = processes.spawn(command, self.folder / f"{place}.log")
            wait.until(lambda: port.exists() and port.read_text(), "bare_transfer listens")
        return f"{shlex.join(map(str, self._files.client))} {port.read_text().strip()}"


class TlsFiles:
    """Certificate, key and authority of a server named localhost, and of a client named bench."""

    def __init__(self, machine, folder):
        maker = Archive(folder / "certificates", machine.binaries)
        processes.run(maker.binaries / "walstow", "init", maker.folder, "--host", "localhost")
        maker.walstow("cluster", "create", "main")
        client, server = folder / "client", maker.folder / "_tls"
        maker.walstow(
            "client", "add", "bench", "--cluster", "main", "--right", "archive",
            "--out", client, "--url", "https://localhost:1",
        )  # fmt: skip
        self.server = [server / name for name in ("server.crt", "server.key", "ca.crt")]
        self.client = [client / name for name in ("client.crt", "client.key", "ca.crt")]


class Walstow(Tool):
    """Each place is a cluster of its own."""

    link = ""
    compress = "store"

    def __init__(self, machine):
        super().__init__(machine)
        self.archive = self.new_archive()
        self.archive.init()
        self._settings = {}
        for place in self.PLACES:
            self.archive.walstow("cluster", "create", place)
            folder = self.folder / place
            folder.mkdir()
            self._settings[place] = self.archive.settings_file(
                folder / "walstow.toml", cluster=place, compress=self.compress, **PATIENT
            )

    def binaries(self):
        return self.machine.binaries

    def new_archive(self):
        return Archive(self.folder / "archive", self.binaries(), self.link)

    def settings_file(self, place):
        return self._settings[place]

    def archive_command(self, place):
        return self.archive.archive_command(self._settings[place])

    def restore_command(self, place):
        return self.archive.restore_command(self._settings[place])

    def restore_one_command(self, place):
        return f"{self.restore_command(place)} --prefetch-files 0"

    def fetched_ahead(self, name):
        folder = self.machine.folder / "restore-target/pg_wal/pgsql_tmp_walstow/prefetch"
        return any(folder.glob(f"{name}.*"))

    def prefetchers(self):
        found = processes.find(f"{self.folder}/")
        return [pid for pid in found if " --prefetch " in processes.command_line(pid)]

    def end_prefetching(self):
        for pid in self.prefetchers():
            processes.end(pid)
        wait.until(lambda: not self.prefetchers(), "no prefetcher is left")

    def end(self):
        self.end_prefetching()
        self.archive.end()


class WalstowTls(Walstow):
    name = "walstow over TLS, store compresses"
    link = "tls"


class WalstowTlsClient(Walstow):
    name = "walstow over TLS, client compresses"
    restore_name = "walstow over TLS"
    link = "tls"
    compress = "client"
    catches_up = True


class WalstowSsh(Walstow):
    name = "walstow over SSH, store compresses"
    link = "ssh"


class WalstowSshClient(Walstow):
    name = "walstow over SSH, client compresses"
    restore_name = "walstow over SSH"
    link = "ssh"
    compress = "client"
    catches_up = True


def earlier(kind):
    """The same tool with the executables of another build, which takes turns with it."""
    members = {
        "name": f"{kind.name}, earlier",
        "restore_name": kind.restore_name and f"{kind.restore_name}, earlier",
        "binaries": lambda self: self.machine.earlier,
    }
    return type(f"Earlier{kind.__name__}", (kind,), members)
