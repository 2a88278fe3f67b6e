"""Requests of the protocol that no command of walstow sends in this form, as JSON."""

import json
import socket
import ssl
import subprocess
import urllib.parse

from support.daemon import HOST

SECONDS = 120


def over_stdio(archive, target):
    """The body of the reply to GET `target`, from a process of its own that serves the folder."""
    command = [archive.binaries / "walstowd", "--stdio", "--owner", "--archive", archive.folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        body = _ask(process.stdin, process.stdout, target)
        process.stdin.close()
        process.wait(timeout=SECONDS)
    return body


def over_tls(archive, client, target):
    """The same, from the daemon; `client` is the folder of a client (Archive.add_client)."""
    context = ssl.create_default_context(cafile=client / "ca.crt")
    context.load_cert_chain(client / "client.crt", client / "client.key")
    plain = socket.create_connection((HOST, archive.daemon.port), SECONDS)
    with context.wrap_socket(plain, server_hostname=HOST) as stream, stream.makefile("rwb") as file:
        return _ask(file, file, target)


def all_pages(ask, path, member):
    """The entries `member` of all pages. `ask` takes a target."""
    entries, after = [], ""
    while True:
        query = f"?after={urllib.parse.quote(after, safe='')}" if after else ""
        page = ask(path + query)
        entries += page[member]
        after = page.get("next", "")
        if not after:
            return entries


def _ask(to, reply, target):
    to.write(f"GET {target} HTTP/1.1\r\nHost: walstow\r\n\r\n".encode())
    to.flush()
    status = reply.readline().decode()
    length = 0
    while (line := reply.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = reply.read(length).decode()
    if status.split()[1:2] != ["200"]:
        raise AssertionError(f"{status}{body}")
    return json.loads(body)
