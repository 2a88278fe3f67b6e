"""200 clients of 50 clusters at once, beside idle and slow connections: nobody starves, and the daemon does not grow.

WALSTOW_LOAD_SECONDS and WALSTOW_LOAD_CONNECTIONS make it longer; what it measured is printed.
"""

import contextlib
import http.client
import json
import os
import resource
import ssl
import statistics
import threading
import time
from pathlib import Path

from support import stored_object, wait
from support.daemon import HOST
from support.testcase import EndToEndTest, main

SECONDS = int(os.environ.get("WALSTOW_LOAD_SECONDS", "20"))
CONNECTIONS = int(os.environ.get("WALSTOW_LOAD_CONNECTIONS", "10000"))
CLUSTERS = 50
SEGMENTS = 12
IDLE = 100
SLOW = 20
PATIENCE = 60  # seconds for one answer, on a machine that others use, too
MOST_MEMORY_MB = 256
GROWTH_MB = 16  # of the allocator, over all connections but the first tenth


class Load:
    """What one client has seen."""

    def __init__(self, name):
        self.name, self.seconds, self.other, self.trouble = name, [], [], None


class TwoHundredClients(EndToEndTest):
    link = "tls"

    def setUp(self):
        super().setUp()
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        server = self.new_primary()
        while len(self.archive.segments()) < SEGMENTS:
            server.switch_wal()
            server.wait_archived()
        server.stop()
        self.files = {}  # name: head of a put, content
        for name in self.archive.segments()[:SEGMENTS]:
            stored = self.archive.objects()[name]
            content, header = stored_object.contents(stored), stored_object.header(stored)
            self.files[name] = (
                {
                    "Walstow-System": header["system_identifier"],
                    "Walstow-Segment-Size": str(len(content)),
                    "Walstow-Size": str(len(content)),
                    "Walstow-Digest": f"xxh128={header['xxh128']}",
                },
                content,
            )
        self.over = threading.Event()

    def context_of(self, client):
        context = ssl.create_default_context(cafile=client / "ca.crt")
        context.load_cert_chain(client / "client.crt", client / "client.key")
        return context

    def connect(self, context):
        return http.client.HTTPSConnection(HOST, self.archive.daemon.port, timeout=PATIENCE, context=context)

    # --- what clients do ------------------------------------------------------------------------

    def ask(self, connection, load, method, cluster, name, head, body=None):
        began = time.monotonic()
        connection.request(method, f"/v1/clusters/{cluster}/wal/{name}", body=body, headers=head)
        reply = connection.getresponse()
        body = reply.read()
        if reply.status in (200, 201):
            load.seconds.append(time.monotonic() - began)
        else:
            load.other.append((reply.status, json.loads(body)["code"]))

    def noted(self, work, context, cluster, load):
        """A thread's exception would be lost."""
        try:
            work(context, cluster, load)
        except Exception as trouble:  # pylint: disable=broad-exception-caught
            load.trouble = trouble

    def puts(self, context, cluster, load):
        connection = self.connect(context)
        while not self.over.is_set():
            for name, (head, content) in self.files.items():
                self.ask(connection, load, "PUT", cluster, name, head, content)
                if self.over.is_set():
                    break
        connection.close()

    def put_first(self, context, cluster):
        """A cluster without a file has no log to ask for."""
        name, (head, content) = next(iter(self.files.items()))
        connection, load = self.connect(context), Load("first")
        self.ask(connection, load, "PUT", cluster, name, head, content)
        connection.close()
        self.assertEqual(load.other, [])

    def gets(self, context, cluster, load):
        connection = self.connect(context)
        while not self.over.is_set():
            for name, (head, _) in self.files.items():
                wanted = {"Walstow-System": head["Walstow-System"], "Accept-Encoding": "zstd"}
                self.ask(connection, load, "GET", cluster, name, wanted)
                if self.over.is_set():
                    break
        connection.close()

    def dawdles(self, context):
        """Puts of which a byte comes now and then."""
        name, (head, content) = next(iter(self.files.items()))
        while not self.over.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = self.connect(context)
                connection.putrequest("PUT", f"/v1/clusters/c0/wal/{name}")
                for field, value in head.items():
                    connection.putheader(field, value)
                connection.putheader("Content-Length", str(len(content)))
                connection.endheaders()
                for at in range(len(content)):
                    connection.send(content[at : at + 1])
                    if self.over.wait(0.2):
                        break
                connection.close()

    # --- what the daemon has --------------------------------------------------------------------

    def memory_mb(self, which="VmRSS"):
        text = Path(f"/proc/{self.archive.daemon.pid}/status").read_text(encoding="ascii")
        return int(text.split(f"{which}:")[1].split()[0]) / 1024

    def descriptors(self):
        return len(list(Path(f"/proc/{self.archive.daemon.pid}/fd").iterdir()))

    # --------------------------------------------------------------------------------------------

    def test_nobody_starves(self):
        puts, gets, threads = [], [], []
        for number in range(CLUSTERS):
            cluster = f"c{number}"
            self.archive.walstow("cluster", "create", cluster)
            for role, loads, work in (("a", puts, self.puts), ("r", gets, self.gets)):
                for one in range(2):
                    name = f"{cluster}{role}{one}"
                    context = self.context_of(self.archive.add_client(name, cluster))
                    loads.append(Load(name))
                    threads.append(threading.Thread(target=self.noted, args=(work, context, cluster, loads[-1])))
            self.put_first(self.context_of(self.archive.add_client(f"{cluster}a0", cluster)), cluster)
        before = self.descriptors()
        idle = []
        for number in range(IDLE // 50):
            context = self.context_of(self.archive.add_client(f"idle{number}"))
            for _ in range(50):
                idle.append(self.connect(context))
                idle[-1].connect()
        slow = self.context_of(self.archive.add_client("slow", "c0"))
        threads += [threading.Thread(target=self.dawdles, args=(slow,)) for _ in range(SLOW)]
        for thread in threads:
            thread.start()
        self.over.wait(SECONDS)  # nobody ends it sooner: the load goes on for so long
        most_descriptors = self.descriptors()
        self.over.set()
        for thread in threads:
            thread.join()
        for connection in idle:
            connection.close()
        self.assertEqual([(load.name, load.trouble) for load in puts + gets if load.trouble], [])
        self.tell("puts", puts)
        self.tell("gets", gets)
        print(f"daemon: {self.memory_mb('VmHWM'):.0f} MB at most, {most_descriptors} descriptors")
        too_many = (503, "unavailable")
        # Also where a segment comes amid the look for it: then nothing is proven, and one asks again.
        no_proof = (503, "unavailable")
        for loads, other in ((puts, {too_many}), (gets, {(404, "absent-end"), no_proof})):
            average = sum(len(load.seconds) for load in loads) / len(loads)
            for load in loads:
                self.assertGreater(len(load.seconds), average / 10, f"{load.name} has had too few: {load.other[:5]}")
                self.assertLessEqual(set(load.other), other, load.name)
        self.assertLess(self.memory_mb("VmHWM"), MOST_MEMORY_MB)
        wait.until(lambda: self.descriptors() <= before + 2, "the daemon has closed what clients have")

    def tell(self, what, loads):
        seconds = sorted(second for load in loads for second in load.seconds)
        share = sorted(len(load.seconds) for load in loads)
        cuts = statistics.quantiles(seconds, n=100)
        print(
            f"{what}: {len(seconds)} in {SECONDS} s by {len(loads)} clients, {share[0]} to {share[-1]} each; "
            f"p50 {cuts[49]:.3f} s, p99 {cuts[98]:.3f} s, longest {seconds[-1]:.3f} s"
        )

    def test_connections_leave_nothing_behind(self):
        context = self.context_of(self.archive.add_client("often"))
        todo = threading.Semaphore(0)
        done = []

        def come_and_go():
            while todo.acquire(blocking=False):
                connection = self.connect(context)
                connection.request("GET", "/v1/whoami")
                done.append(connection.getresponse().status)
                connection.close()

        def come(count):
            todo.release(count)
            threads = [threading.Thread(target=come_and_go) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        before = self.descriptors()
        come(CONNECTIONS // 10)
        memory = self.memory_mb()
        come(CONNECTIONS - CONNECTIONS // 10)
        self.assertEqual(done, [200] * CONNECTIONS)
        print(f"{CONNECTIONS} connections: {memory:.1f} MB after a tenth, {self.memory_mb():.1f} MB after all")
        self.assertLess(self.memory_mb(), memory + GROWTH_MB)
        wait.until(lambda: self.descriptors() <= before, "the daemon has closed all of them")


if __name__ == "__main__":
    main()
