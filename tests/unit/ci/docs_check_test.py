"""Tests .ci/check-docs on small documents. usage: docs_check_test.py CI_FOLDER"""

import unittest

from checks_test import CheckTest, run

# What the check reads of the product.
PRODUCT = {
    "proto/program/command_line.cc": 'root.add_flag("-v,--verbose", help); add("--config", help);  // "--none"\n',
    "proto/client/client_settings.cc": '{.name = "store",\n .placeholder = "URL"}, {.name = "tls.ca", .help = "x"}\n',
    "proto/client/command_settings.cc": '{.name = "standby_wait", .help = "x"}\n',
    "store/admin/walstow.cc": '{.name = "output", .help = "x"}, {.name = "walstow", .summary = "Administers."}\n',
    "store/admin/verify_command.cc":
        '{{"verify", "read back", {{"--deep", "", "too"}, {"-y,--yes", "", "no"}}}, run}\n',
    "store/admin/client_commands.cc": '{{"client add", "add a client"}, run}, {{"client list",\n "list them"}, run}\n',
    "store/admin/policy_commands.cc": '{.name = "policy set",\n .summary = "set it"}; {{"cluster", id}};\n',
    "store/admin/file_range_options.h": 'constexpr Option kFrom{"--from", "FILE", "from"};\n',
    "store/server/walstowd.cc": '{.flags = "--stdio"}\n',
    "restorer/prefetch/start.h": 'constexpr auto kOption = "--prefetch";\n',
}


def sh(text: str) -> str:
    return f"text\n\n```sh\n{text}\n```\n"


class Docs(CheckTest):
    def test_refuses_links_that_lead_nowhere(self):
        self.assert_refuses(
            "check-docs",
            {"README.md": "# A\n[a](docs/none.md) [b](docs/b.md#none)\n\n[c\nx](#none)\n",
             "docs/b.md": "# B\n[a](b.md)\n",
             "store/NOTE.md": "[a](../README.md#a) [b](../README.md#b)\n"},
            "README.md:2: docs/none.md: no such file", "README.md:2: docs/b.md#none: no such heading",
            "README.md:4: #none: no such heading", "store/NOTE.md:1: ../README.md#b: no such heading")

    def test_accepts_links_to_files_folders_and_headings(self):
        self.assert_accepts("check-docs", {
            "README.md": "## Traps of `g++` 12, and [more](docs/b.md)\n## One\n## One\n\n[a](#traps-of-g-12-and-more) "
                         "[b](#one-1) [c](docs/) [d](docs/b.md#b) [e](https://archive.example/x#y) [f](store/a.cc)\n"
                         "`[g](none.md)`\n\n```\n[h](none.md)\n# none\n```\n",
            "docs/b.md": "# B\n", "store/a.cc": ""})

    def test_refuses_pages_that_nothing_leads_to(self):
        self.assert_refuses(
            "check-docs",
            {"README.md": "[a](docs/a.md)\n", "docs/a.md": "[b](b/b.md)\n", "docs/b/b.md": "",
             "docs/c.md": "[d](d.md)\n", "docs/d.md": "[c](c.md)\n", "store/NOTE.md": "[c](../docs/c.md)\n"},
            "docs/c.md:1: no link leads here from README.md", "docs/d.md:1: no link leads here from README.md")

    def test_refuses_a_long_readme(self):
        self.assert_accepts("check-docs", {"README.md": "line\n" * 220, "store/LONG.md": "line\n" * 221})
        self.assert_refuses("check-docs", {"README.md": "line\n" * 221}, "README.md:221: more than 220 lines")

    def test_refuses_commands_and_options_that_are_not_there(self):
        files, lines = dict(PRODUCT), []
        for line, fault, text in (
                (4, "walstow has no option --deeper", sh("walstow verify main --deeper")),
                (4, "walstow has no option -n", sh("walstow verify -n")),
                (4, "walstow has no option --stdio", sh("sudo walstow verify --stdio")),
                (4, "walstow has no option --none", sh("walstow verify --none=1")),
                (4, "walstow has no option --walstow", sh("walstow verify --walstow")),
                (4, 'walstow has no command "very main"', sh("walstow --store /mnt -v very main")),
                (4, 'walstow has no command "client remove"', sh("runuser -u a -- walstow client remove b")),
                (4, 'walstow has no command "cluster"', sh("walstow cluster")),
                (4, "walstow-archive has no option --deep", sh("cd a && X=1 /usr/local/bin/walstow-archive --deep %p")),
                (4, "walstowd has no option --tls-ca", sh("a | walstowd --tls-ca x")),
                (4, "walstow has no option --deeper", sh("ssh a 'b\n  walstow verify --deeper'")),
                (4, "walstow has no option --deeper", sh("walstow verify \\\n  --deeper")),
                (4, "walstow-restore has no option --ahead",
                 sh("cat > a <<'END'\nrestore_command = '/usr/bin/walstow-restore --ahead'\nEND\n")),
                (3, "walstow has no option --deeper", "text\n\n    $ walstow verify --deeper\n    walstow: 3\n"),
                (2, "walstow has no option --deeper", "text\n| `walstow verify --deeper` | x |\n"),
                (1, 'walstow has no command "very"', "text `walstow\nvery`\n")):
            name = f"store/{len(files)}.md"
            files[name] = text
            lines.append(f"{name}:{line}: {fault}")
        self.assert_refuses("check-docs", files, *lines)

    def test_refuses_paths_that_are_not_there(self):
        self.assert_refuses(
            "check-docs",
            {"README.md": sh("deploy/none --keep\npython3 -B tests/none.py") + "\n    tests/run unit\n\n"
             "`store/none.cc` `tests/*_none.cc` `WALSTOW_KEEP=1 tests/none`\n", "tests/a.py": ""},
            *(f"README.md:{line}: there is no {path}" for line, path in (
                (4, "deploy/none"), (4, "tests/none.py"), (8, "tests/run"), (10, "store/none.cc"),
                (10, "tests/*_none.cc"), (10, "tests/none"))))

    def test_accepts_what_is_there_and_what_is_no_command(self):
        self.assert_accepts("check-docs", {**PRODUCT, "tests/run": "", "README.md": sh(
            "walstow verify main --deep -y --store /mnt --tls-ca=a --from b -v  # --none, walstow none\n"
            "walstow --output json --standby-wait 1s policy set main\n"
            "walstow client add c; walstow client list | head -1 --none\n"
            "walstow-restore --prefetch a b && echo walstow none --none\n"
            "walstowd --stdio --config 'a b' >> c; tests/run --none\n"
            "cat > a <<'END'\nwalstow none\nEND\n"
            "psql -c 'SELECT a' --none") +
            "\n    walstow.json     95   marker\n    walstow: error: --none\n\n```\nwalstow none --none\n```\n"
            "`walstow client` `walstow` `store/admin/*.cc` `store/admin/` `a/store/none.cc` `--none`\n"})

    def test_counts_what_it_saw_and_refuses_to_see_nothing(self):
        self.assertEqual(run("check-docs", {"README.md": "", "store/A.md": "", "build/x/B.md": "[a](none)\n"}).stdout,
                         "check-docs: 2 documents, 0 violations\n")
        self.assertNotEqual(run("check-docs", {"store/a.cc": ""}).returncode, 0)


if __name__ == "__main__":
    unittest.main()
