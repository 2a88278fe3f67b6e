"""The hosts of a test: systems of debian-system in one network."""

import re
import shutil
import subprocess

import guide
from systems import DEBIAN_SYSTEM, HERE, make_system, run, seem_to_run

ADDRESSES = {name: f"192.0.2.{number}" for number, name in enumerate(guide.HOSTS, 1)}
SERVERS = ("primary1", "standby1")
HOMES = {"root": "root", "postgres": "var/lib/postgresql"}
SERVICE = ("ceph.example", "192.0.2.254")  # the S3 service, in the network of the test itself


class Host:
    """It has an sshd. Its root folder is the Debian of debian-system, and only what it changes takes space."""

    def __init__(self, root):
        self.root, self.name = root, root.name
        self.folders = {}  # user to working directory
        for folder in (root, changes := root.with_suffix(".changes"), work := root.with_suffix(".work")):
            folder.mkdir(parents=True)
        folders = f"lowerdir={make_system()},upperdir={changes},workdir={work}"
        run("mount", "-t", "overlay", "-o", folders, "overlay", root)
        seem_to_run(root)
        self.release = next((root / "etc/postgresql").iterdir()).name
        self._prepare()
        self._process = subprocess.Popen([DEBIAN_SYSTEM, "host", root, ADDRESSES[self.name]], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)  # fmt: skip
        assert self._process.stdout.readline() == b"up\n", f"host {self.name} does not start"
        self.run("systemctl", "start", "ssh")

    def _prepare(self):
        (self.root / "usr/bin/systemctl").write_bytes((HERE / "systemctl").read_bytes())
        names = {"localhost": "127.0.0.1", **ADDRESSES, SERVICE[0]: SERVICE[1]}
        (self.root / "etc/hosts").write_text("".join(f"{address} {name}\n" for name, address in names.items()))
        (self.root / "etc/hostname").write_text(f"{self.name}\n")
        (self.root / "etc/resolv.conf").write_text("")
        for key in (self.root / "etc/ssh").glob("ssh_host_*"):
            key.unlink()
        run("ssh-keygen", "-A", "-f", self.root)

    def run(self, *command, check=True, input=""):
        return run(DEBIAN_SYSTEM, "on", self._process.pid, *command, check=check, input=input)

    def shell(self, text, user="root"):
        """Runs the commands up to the first that fails, as in a terminal that the user keeps open."""
        # The documents have the PostgreSQL of Debian 12.
        text = re.sub(r"\b15(?=[ /-](?:main|rehearsal)\b|/bin\b)", self.release, text)
        lines = [f"cd {self.folders.get(user, '~')}\n"]
        for command in guide.commands(text):
            lines += [command, "status=$?; pwd >~/.working-directory; ((status == 0)) || exit $status\n"]
        bash = ("bash", "-c", "".join(lines))
        done = self.run(*bash if user == "root" else ("runuser", "--login", user, "--shell", "/bin/bash",
                                                      "--command", bash[2]), check=False)  # fmt: skip
        self.folders[user] = (self.root / HOMES[user] / ".working-directory").read_text().strip()
        return done

    def query(self, sql, check=True):
        return self.run("runuser", "-u", "postgres", "--", "psql", "--no-align", "--tuples-only", "--command", sql,
                        check=check).stdout.strip()  # fmt: skip

    def logs(self):
        """The end of what its services have logged."""
        paths = (*self.root.glob("var/log/postgresql/*.log"), *self.root.glob("var/log/walstowd.log"))
        texts = {path: path.read_text(errors="backslashreplace").splitlines(keepends=True) for path in paths}
        return "".join(f"\n--- {path}\n{''.join(lines[-30:])}" for path, lines in texts.items())

    def crash(self):
        """Kills all of its processes. The folder still has its disk."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        # The kernel would remove the connection only later, and another host may have the name next.
        run("ip", "link", "delete", self.name, check=False)

    def runs(self):
        return not self._process.stdin.closed


class Hosts(dict):
    """Name to host. root on archive1 may log in to the others by ssh, and accepts the key of a host that it does not
    know. PostgreSQL runs on the servers, as after its installation."""

    def __init__(self, folder):
        super().__init__()
        self._folder = folder
        self._lost = 0

    def add(self, name):
        """Instead of a lost host, if there is one with the name."""
        if name in self:
            self._lost += 1
        host = self[name] = Host(self._folder / str(self._lost) / name)
        ssh = host.root / "root/.ssh"
        ssh.mkdir(mode=0o700, exist_ok=True)
        if name == "archive1":
            host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/.ssh/id_ed25519")
            (ssh / "config").write_text("StrictHostKeyChecking accept-new\n")
        elif "archive1" in self:
            shutil.copy(self["archive1"].root / "root/.ssh/id_ed25519.pub", ssh / "authorized_keys")
        if name in SERVERS:
            host.run("systemctl", "start", f"postgresql@{host.release}-main")
        return host

    def end(self):
        for host in self.values():
            if host.runs():
                host.crash()
