"""An archive in a bucket: a Ceph gateway of the test's own, and requests to it without walstow's code."""

import datetime
import hashlib
import hmac
import http.client
import os
import re
import subprocess
import urllib.parse
from pathlib import Path

from support import processes, wait
from support.archive import Archive
from support.daemon import HOST, Daemon

# Read at once: where root is given up, the sources may be out of reach later.
SCRIPT = (Path(__file__).resolve().parents[2] / "support" / "ceph-rgw").read_text(encoding="utf-8")
BUCKET = "walstow-e2e"
REGION = "default"
# beast: 0x...: 127.0.0.1 - test [DATE] "GET /bucket/key HTTP/1.1" 200 ...
LOGGED = re.compile(r' beast: .*? "([A-Z]+) (\S+) HTTP/[0-9.]+" ([0-9]+) ')


class Gateway:
    """The cluster in `folder`, whose path must be short: there are Unix sockets in it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._archives = 0
        self._looks = 0

    def start(self, *options):
        lines = self.control("start", *options, seconds=600).stdout
        values = dict(re.findall(r"^(\w+)=(.*)$", lines, re.MULTILINE))
        self.endpoint = values["S3_ENDPOINT"]
        self.ca, self.endpoint_tls = values["S3_CA_FILE"], values["S3_ENDPOINT_TLS"]
        self.key, self.secret = values["S3_ACCESS_KEY"], values["S3_SECRET_KEY"]
        os.environ.update(
            AWS_ACCESS_KEY_ID=self.key, AWS_SECRET_ACCESS_KEY=self.secret,
            AWS_ENDPOINT_URL=self.endpoint, AWS_REGION=REGION,
        )  # fmt: skip
        status, body = self.request("PUT", f"/{BUCKET}")
        assert status == 200, body

    def control(self, verb, *arguments, seconds=600):
        # Its daemons keep the streams of who starts them: into a file, or the pipe never ends.
        output = self.folder.with_name("gateway.out")
        with open(output, "wb") as file:
            done = subprocess.run(
                ["bash", "-c", SCRIPT, "ceph-rgw", verb, str(self.folder), *arguments],
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, timeout=seconds,
            )  # fmt: skip
        done.stdout = output.read_text(errors="backslashreplace")
        assert done.returncode == 0, f"ceph-rgw {verb}: {done.stdout}"
        return done

    def stop(self):
        self.control("stop")

    def new_place(self):
        self._archives += 1
        return f"s3://{BUCKET}/archive{self._archives}"

    def request(self, method, path, query=None, body=b"", headers=None):
        """Status and body. Version 4 of AWS's signature, from its description."""
        host = self.endpoint.removeprefix("http://")
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        payload = hashlib.sha256(body).hexdigest()
        signed = {**(headers or {}), "host": host, "x-amz-content-sha256": payload, "x-amz-date": now}
        path = urllib.parse.quote(path, safe="/-_.~")
        query = "&".join(
            f"{name}={urllib.parse.quote(value, safe='-_.~')}" for name, value in sorted((query or {}).items())
        )
        names = ";".join(sorted(signed))
        lines = [method, path, query, *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names, payload]
        scope = f"{now[:8]}/{REGION}/s3/aws4_request"
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{digest}"
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        connection = http.client.HTTPConnection(host, timeout=30)
        try:
            connection.request(method, f"{path}?{query}" if query else path, body=body, headers=signed)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def requests(self):
        """What the gateway has answered so far, in its own log: (method, path with query, status)."""
        self._looks += 1
        mark = f"/{BUCKET}/look-{self._looks}"
        self.request("HEAD", mark)
        log = self.folder / "log/client.rgw.log"

        def lines():
            found = LOGGED.findall(log.read_text(errors="backslashreplace"))
            return found if any(path == mark for _, path, _ in found) else None

        found = wait.until(lines, "the gateway has logged what it answered")
        return [line for line in found if not line[1].startswith(f"/{BUCKET}/look-")]

    def keys(self, prefix):
        """All keys of the bucket that begin so."""
        found, after = [], ""
        while True:
            status, body = self.request(
                "GET", f"/{BUCKET}", {"list-type": "2", "prefix": prefix, "start-after": after}
            )
            assert status == 200, body
            page = re.findall(r"<Key>(.*?)</Key>", body.decode())
            found += page
            if "<IsTruncated>true" not in body.decode():
                return found
            after = page[-1]

    def get(self, key):
        status, body = self.request("GET", f"/{BUCKET}/{key}")
        assert status == 200, (key, body)
        return body


class S3Archive(Archive):
    """The same in a bucket; `folder` is where its keys and certificates are."""

    def __init__(self, folder, binaries, link, gateway, place=None, log="walstowd.log"):
        super().__init__(folder, binaries, link)
        self.gateway = gateway
        self.place = place or gateway.new_place()
        self.prefix = self.place.removeprefix(f"s3://{BUCKET}/") + "/"
        if link == "tls":
            self.daemon = self.new_daemon(log)

    def over(self, link, log):
        return S3Archive(self.folder, self.binaries, link, self.gateway, self.place, log)

    def new_daemon(self, log):
        place = ["--archive", self.place, "--state", self.folder]
        return Daemon(self.folder, self.binaries, self.folder.with_name(log), place)

    def init(self):
        hosts = ["--host", HOST] if self.daemon else []
        processes.run(self.binaries / "walstow", "init", self.place, "--state", self.folder, *hosts)
        if self.server:
            self.server.start()

    @property
    def url(self):
        return self.server.url if self.server else self.place

    def walstow(self, *arguments, check=True):
        if arguments[:2] == ("client", "add") and self.daemon:
            tls = self.folder / "_tls"
            arguments += ("--ca", tls / "ca.crt", "--ca-key", tls / "ca.key")
        return processes.run(
            self.binaries / "walstow", "--store", self.place, *arguments, check=check
        )

    def objects(self, cluster="main"):
        """Name to key."""
        keys = self.gateway.keys(f"{self.prefix}{cluster}/")
        return {Path(key).stem: key for key in keys if key.endswith(".zst")}

    def stored(self, object):
        return self.gateway.get(object)

    def paths(self):
        return [Path(key.removeprefix(self.prefix)) for key in self.gateway.keys(self.prefix)]

    def contents(self, name, cluster="main"):
        stored = self.stored(self.objects(cluster)[name])
        return subprocess.run(["zstd", "-dc"], input=stored, capture_output=True, check=True).stdout

    def _no_folder(self, *_):
        raise AssertionError("this archive is in no folder")

    take_away = unmount = bring_back = property(_no_folder)
    lose = damage = _no_folder
