"""An archive in a folder, reached over a link, and the objects in it."""

import json
import os
import shlex
from pathlib import Path

from support import processes, stored_object
from support.daemon import HOST, Daemon
from support.sshd import Sshd, make_key

MARKER = "walstow.json"

# Short waits, so that a test of a failure ends soon; what is tested does not depend on them.
IMPATIENT = {
    "archive_wait": "1s",
    "standby_wait": "1s",
    "failure_memory": "1s",
    "recovery_wait": "2s",
    "tool_wait": "1s",
}

# A connection over SSH is a handshake and two processes at the far end, on a machine that is busy.
IMPATIENT_OVER_SSH = {
    **IMPATIENT,
    "connect_timeout": "30s",
    "archive_wait": "5s",
    "standby_wait": "5s",
    "recovery_wait": "8s",
    "tool_wait": "5s",
}


class Archive:
    """The archive `folder`, made by `walstow init`; `binaries` holds the four executables.

    `link` is how servers reach it: "local", or "tls" or "ssh", each as a client of its own. The test
    itself looks at it over the local link, as its owner.
    """

    def __init__(self, folder, binaries, link="local"):
        self.folder = Path(folder)
        self.binaries = Path(binaries)
        self.link = link
        self.daemon = None
        if link == "tls":
            store = Path(os.environ.get("WALSTOW_STORE_BIN", self.binaries))
            self.daemon = Daemon(self.folder, store, self.folder.with_name("walstowd.log"))
        self.sshd = Sshd(self.folder.with_name("sshd")) if link == "ssh" else None
        self._away = self.folder.with_name(self.folder.name + ".away")

    def over(self, link, log):
        """The same archive as others reach it; a daemon of it logs to `log`. Not started."""
        other = Archive(self.folder, self.binaries, link)
        if other.daemon:
            other.daemon.log = self.folder.with_name(log)
        return other

    def init(self):
        hosts = ["--host", HOST] if self.daemon else []
        processes.run(self.binaries / "walstow", "init", self.folder, *hosts)
        if self.server:
            self.server.start()

    def end(self):
        if self.server:
            self.server.kill()

    @property
    def server(self):
        """What listens for clients: a Daemon, an Sshd, or nothing."""
        return self.daemon or self.sshd

    @property
    def url(self):
        """How clients reach it."""
        return self.server.url if self.server else str(self.folder)

    def add_client(self, name, cluster="main", rights=("archive", "restore")):
        """The folder of what its host needs, made unless it stands, with paths of its own."""
        folder = self.folder.with_name("clients") / name
        if not folder.exists():
            folder.parent.mkdir(exist_ok=True)
            wanted = [word for right in rights for word in ("--right", right)]
            if self.sshd:
                self._add_ssh_client(folder, name, cluster, wanted)
                return folder
            self.walstow(
                "client", "add", name, "--cluster", cluster, *wanted,
                "--url", self.daemon.url, "--out", folder,
            )  # fmt: skip
            toml = folder / "walstow.toml"
            text = toml.read_text(encoding="utf-8").replace("/etc/walstow/", f"{folder}/")
            toml.write_text(text, encoding="utf-8")
        return folder

    def _add_ssh_client(self, folder, name, cluster, wanted):
        folder.mkdir()
        key = make_key(folder / "id_ed25519")
        self.let_in(name, f"{key}.pub", "--cluster", cluster, *wanted)
        lines = [f'store = "{self.url}"\n', *self._link_settings(folder)]
        if cluster != "*":
            lines.insert(0, f'cluster = "{cluster}"\n')
        (folder / "walstow.toml").write_text("".join(lines), encoding="utf-8")

    def let_in(self, name, public_key, *options):
        """`walstow client add`, and its line into the sshd's authorized_keys."""
        done = self.walstow("client", "add", name, "--ssh", public_key, *options)
        self.sshd.let_in(done.stdout)
        return done

    def _link_settings(self, client):
        """The lines of walstow.toml that say who the client of that folder is."""
        if self.daemon:
            files = (("ca", "ca.crt"), ("cert", "client.crt"), ("key", "client.key"))
            return ["[tls]\n", *(f"{name} = {json.dumps(str(client / file))}\n" for name, file in files)]
        return [
            "[ssh]\n",
            f"identity = {json.dumps(str(client / 'id_ed25519'))}\n",
            f"known_hosts = {json.dumps(str(self.sshd.known_hosts))}\n",
        ]

    # --- the four executables -------------------------------------------------------------------

    def walstow(self, *arguments, check=True):
        return processes.run(
            self.binaries / "walstow", "--store", self.folder, *arguments, check=check
        )

    def json(self, *arguments):
        return json.loads(self.walstow("--output=json", *arguments).stdout)

    def json_lines(self, *arguments, check=True):
        """Of the commands whose answer may be long: one JSON object a line."""
        done = self.walstow("--output=json", *arguments, check=check)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def settings_file(self, path, cluster="main", **settings):
        """Writes a walstow.toml for `cluster` of this archive: IMPATIENT, unless set otherwise."""
        waits = IMPATIENT_OVER_SSH if self.sshd else IMPATIENT
        # Over TLS the client compresses, as it does unless it is told otherwise. Over the other links
        # the bodies are raw, so that both ways are tried, and the middle of one can be reached.
        way = {} if self.server else {"compress": "store"}
        values = {"cluster": cluster, "store": self.url, **way, **waits, **settings}
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
        if self.server:
            client = self.add_client(f"of-{Path(path).parent.name}-{cluster}", cluster)
            lines += self._link_settings(client)
        Path(path).write_text("".join(lines), encoding="utf-8")
        return Path(path)

    def archive_command(self, settings_file, path="%p"):
        return f"{self._quoted('walstow-archive')} --config {settings_file} {path}"

    def restore_command(self, settings_file, name="%f", path="%p"):
        return f"{self._quoted('walstow-restore')} --config {settings_file} {name} {path}"

    def cleanup_command(self, settings_file):
        return f"{self._quoted('walstow-restore')} --config {settings_file} --restartpoint %r"

    def archive_file(self, settings_file, path, cwd, options=()):
        """walstow-archive as PostgreSQL would call it, with `cwd` the data directory."""
        return processes.run(
            self.binaries / "walstow-archive", "--config", settings_file, *options, path, cwd=cwd,
            check=False,
        )  # fmt: skip

    def restore_file(self, settings_file, name, path, cwd, options=()):
        """walstow-restore as PostgreSQL would call it, with `cwd` the data directory."""
        return processes.run(
            self.binaries / "walstow-restore", "--config", settings_file, *options, name, path,
            cwd=cwd, check=False,
        )  # fmt: skip

    def restartpoint(self, settings_file, segment, cwd):
        """walstow-restore as archive_cleanup_command, with `cwd` the data directory."""
        return processes.run(
            self.binaries / "walstow-restore", "--config", settings_file, "--restartpoint", segment,
            cwd=cwd, check=False,
        )  # fmt: skip

    def _quoted(self, program):
        return shlex.quote(str(self.binaries / program))

    # --- what lies in it ------------------------------------------------------------------------

    def objects(self, cluster="main"):
        """The files that the archive keeps of `cluster`: name to path of the object.

        The name of a .partial ends with its digest: SEGMENT.partial.DIGEST.
        """
        return {path.stem: path for path in sorted((self.folder / cluster).glob("*/*/**/*.zst"))}

    def stored(self, object):
        """The bytes of one of objects()."""
        return object.read_bytes()

    def paths(self):
        """Of everything that lies in it, house-keeping too, from the archive on."""
        every = self.folder.rglob("*")
        return [path.relative_to(self.folder) for path in every if path.is_file()]

    def segments(self, cluster="main"):
        return [name for name in self.objects(cluster) if len(name) == 24]

    def contents(self, name, cluster="main"):
        return stored_object.contents(self.objects(cluster)[name])

    def partials(self, segment, cluster="main"):
        """The objects of SEGMENT.partial, of which there may be several."""
        return [
            path for name, path in self.objects(cluster).items()
            if name.startswith(f"{segment}.partial.")
        ]  # fmt: skip

    # --- outages --------------------------------------------------------------------------------

    # Shell commands, so that a wrapper around restore_command can cause an outage at its moment.

    @property
    def take_away(self):
        """The folder does not exist."""
        return f"mv {self.folder} {self._away}"

    @property
    def unmount(self):
        """The folder is empty, as a mount point without its file system."""
        return f"{self.take_away} && mkdir {self.folder}"

    @property
    def bring_back(self):
        # rmdir fails if anything was written into the empty mount point.
        unmounted = f"if test -e {self.folder}; then rmdir {self.folder}; fi"
        return f"{unmounted} && mv {self._away} {self.folder}"

    def lose(self, name):
        """Moves an object out of the archive: a hole, if others stand before and after it.

        Returns a function that brings it back.
        """
        path = self.objects()[name]
        aside = self.folder.parent / path.name
        os.rename(path, aside)
        return lambda: os.rename(aside, path)

    def damage(self, name, change):
        """Has `change`, of stored_object, spoil the object of `name`. Returns the repair."""
        path = self.objects()[name]
        intact = path.read_bytes()
        change(path)
        return lambda: path.write_bytes(intact)
