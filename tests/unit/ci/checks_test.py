"""Tests the checks of .ci on small sources. usage: checks_test.py CI_FOLDER"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CI = Path(sys.argv.pop(1)).resolve()


def run(check: str, files: dict[str, str]) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return subprocess.run([CI / check, folder], capture_output=True, text=True, timeout=30)


class CheckTest(unittest.TestCase):
    def assert_accepts(self, check: str, files: dict[str, str]):
        result = run(check, files)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)

    def assert_refuses(self, check: str, files: dict[str, str], *lines: str):
        result = run(check, files)
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertEqual(sorted(result.stdout.splitlines()[:-1]), sorted(lines))


# One header in each folder, to be included.
LAYERS = {f"{folder}/known.h": "#pragma once\n" for folder in
          ("proto/base", "proto/wal", "proto/codec", "proto/wire", "proto/link", "proto/link/tls", "proto/link/ssh",
           "proto/client", "archiver", "restorer", "restorer/spool", "store/backend", "store/backend/s3",
           "store/archive", "store/object", "store/files", "store/server", "store/admin", "tests/support")}


class Layers(CheckTest):
    def test_accepts_own_folder_and_rows_below(self):
        files = dict(LAYERS)
        for includer, *included in (
                ("proto/base/a.cc", "proto/base"),
                ("proto/wal/a.cc", "proto/wal", "proto/base"),
                ("proto/codec/a.cc", "proto/codec", "proto/base"),
                ("proto/wire/a.cc", "proto/wal", "proto/codec", "proto/base"),
                ("proto/link/a.cc", "proto/wire", "proto/wal", "proto/codec", "proto/base"),
                ("archiver/a.cc", "archiver", "proto/link", "proto/base"),
                ("restorer/a.cc", "restorer", "proto/link", "proto/codec"),
                ("proto/link/tls/a.cc", "proto/link/tls", "proto/link"),
                ("proto/client/a.cc", "proto/link/tls", "proto/link/ssh"),
                ("restorer/spool/a.cc", "restorer/spool", "proto/client"),
                ("store/archive/a.cc", "store/archive", "store/backend/s3", "store/backend"),
                ("store/files/sub/a.cc", "store/files", "store/object", "proto/link", "proto/wal"),
                ("tests/unit/a.cc", "tests/support", "store/admin", "archiver", "proto/base")):
            files[includer] = "".join(f'#include "{folder}/known.h"\n' for folder in included)
        self.assert_accepts("check-layers", files)

    def test_refuses_rows_above_and_beside(self):
        files, lines = dict(LAYERS), []
        for folder, other in (
                ("proto/base", "proto/wal"), ("proto/base", "store/files"),
                ("proto/wal", "proto/codec"), ("proto/codec", "proto/wal"),
                ("proto/wal", "proto/wire"), ("proto/wire", "proto/link"),
                ("proto/link", "store/server"), ("proto/link", "proto/link/tls"), ("proto/link/tls", "proto/link/ssh"),
                ("store/backend", "store/backend/s3"), ("store/archive", "store/object"),
                ("store/object", "store/files"), ("store/files", "store/server"), ("archiver", "restorer"),
                ("restorer", "archiver"), ("restorer/spool", "restorer"), ("archiver", "store/files"),
                ("restorer", "store/backend"), ("store/server", "restorer/spool"), ("store/admin", "archiver"),
                ("store/server", "tests/support")):
            name = f"{folder}/{len(files)}.h"
            files[name] = f'#pragma once\n\n  #  include "{other}/known.h"\n'
            known = "tests" if other == "tests/support" else other
            lines.append(f"{name}:3: {other}/known.h: {folder} must not know {known}")
        self.assert_refuses("check-layers", files, *lines)

    def test_accepts_libraries_where_they_have_their_home(self):
        files = {}
        for folder, header in (
                ("proto/base", "spdlog/spdlog.h"), ("proto/program", "CLI/CLI.hpp"),
                ("proto/program", "toml++/toml.h"), ("proto/base", "unistd.h"),
                ("proto/codec", "openssl/evp.h"), ("proto/codec", "zstd.h"),
                ("proto/wal", "fmt/core.h"), ("proto/wal", "vector"),
                ("proto/link", "boost/asio/read.hpp"), ("store/server", "boost/beast/http.hpp"),
                ("store/backend", "sys/stat.h"), ("tests/unit", "gtest/gtest.h"),
                ("tests/unit", "boost/asio/read.hpp")):
            files[f"{folder}/{len(files)}.cc"] = f"#include <{header}>\n"
        self.assert_accepts("check-layers", files)

    def test_refuses_libraries_elsewhere(self):
        files, lines = {}, []
        pure = "is pure: no files, sockets, threads or processes there"
        sockets = "proto/link, proto/link/tls, proto/link/ssh, proto/client, store/server"
        boost = "paths and statuses are Boost.Filesystem's: proto/base/filesystem.h"
        unknown = "unknown header: name it and its home in .ci/check-layers"
        for folder, header, fault in (
                ("proto/base", "boost/asio/read.hpp", f"not in proto/base: its home is {sockets}"),
                ("store/retention", "boost/asio/read.hpp", f"not in store/retention: its home is {sockets}"),
                ("proto/wire", "boost/beast/http.hpp",
                 "not in proto/wire: its home is proto/link, proto/client, store/server"),
                ("store/object", "curl/curl.h", "not in store/object: its home is store/backend/s3"),
                ("store/files", "spdlog/spdlog.h", "not in store/files: its home is proto/base"),
                ("archiver", "CLI/CLI.hpp", "not in archiver: its home is proto/program"),
                ("proto/link", "toml++/toml.h", "not in proto/link: its home is proto/program"),
                ("store/files", "zstd.h", "not in store/files: its home is proto/codec, store/admin/import"),
                ("store/files", "boost/filesystem/path.hpp", "not in store/files: its home is proto/base"),
                ("store/files", "filesystem", boost), ("tests/unit", "filesystem", boost),
                ("store/files", "gtest/gtest.h", "not in store/files: its home is tests"),
                ("proto/wal", "unistd.h", f"proto/wal {pure}"),
                ("proto/codec", "sys/stat.h", f"proto/codec {pure}"),
                ("proto/wire", "thread", f"proto/wire {pure}"),
                ("store/files", "lz4frame.h", "not in store/files: its home is store/admin/import"),
                ("store/files", "unheard_of.h", unknown)):
            name = f"{folder}/{len(files)}.cc"
            files[name] = f"#include <{header}>\n"
            lines.append(f"{name}:1: {header}: {fault}")
        self.assert_refuses("check-layers", files, *lines)

    def test_refuses_unknown_files_and_folders(self):
        self.assert_refuses(
            "check-layers", {"store/files/a.cc": '#include "b.h"\n', "store/files/b.h": ""},
            "store/files/a.cc:1: b.h: no such file: includes of ours start at the source folder")
        self.assert_refuses("check-layers", {"proto/new/a.cc": "", "store/a.cc": ""},
                            "proto/new/a.cc:1: the file belongs to no layer",
                            "store/a.cc:1: the file belongs to no layer")

    def test_counts_what_it_saw_and_refuses_to_see_nothing(self):
        self.assertEqual(run("check-layers", LAYERS).stdout,
                         f"check-layers: {len(LAYERS)} files, 0 violations\n")
        self.assertNotEqual(run("check-layers", {"README.md": ""}).returncode, 0)


LAMBDA = "lambda with captures inside a co_await expression"
BEHIND = "co_await behind &&, || or ?"
AGGREGATE = "aggregate made inside the arguments of a co_await expression"
CONDITIONAL = "conditional inside the arguments of a co_await expression"
DETACHED = "asio::detached drops a coroutine's exception"


class CoAwait(CheckTest):
    def test_refuses_what_is_miscompiled(self):
        files, lines = {}, []
        for source, line, what in (
                ("co_await f([&] { return 1; });", 1, LAMBDA),
                ("co_await f([this]() mutable { go(); });", 1, LAMBDA),
                ("auto x = co_await f(\n    a,\n    [=](int b) { return b; },\n    c);", 3, LAMBDA),
                ("if (co_await f(g([n = 1] {}))) {}", 1, LAMBDA),
                ("co_await [&]() -> task { co_return; }();", 1, LAMBDA),
                ("co_await f(/* ( */ [x] {});", 1, LAMBDA),
                ("co_await f(\")\", ')', [x] {});", 1, LAMBDA),
                ("co_await f([] { return 1; }, [x] {});", 1, LAMBDA),
                ("auto l = [x]() -> task { co_await f([&] {}); };", 1, LAMBDA),
                ("co_await f(a ? b : c);", 1, CONDITIONAL),
                ("co_await f(1'000,\n T{a\n ? b : c});", 3, CONDITIONAL),
                ("auto r = (co_await (a ? b : c)).size();", 1, CONDITIONAL),
                ("co_await f(g(R\"x(\" ;)x\"), a ? b : c);", 1, CONDITIONAL),
                ("co_return co_await f(co_await g(a ? b : c));", 1, CONDITIONAL),
                ("co_await f(a, {.b = c});", 1, AGGREGATE),
                ("co_await f(T{\n    .b = c});", 1, AGGREGATE),
                ("while (a &&\n       co_await f()) {}", 2, BEHIND),
                ("if (!a || !co_await f()) {}", 1, BEHIND),
                ("auto x = a && (co_await f()).good();", 1, BEHIND),
                ("if (a && g(b, co_await f())) {}", 1, BEHIND),
                ("auto x = a ? co_await f() : b;", 1, BEHIND),
                ("auto x = a ? b : co_await f();", 1, BEHIND)):
            name = f"store/{len(files)}.cc"
            files[name] = source + "\n"
            lines.append(f"{name}:{line}: {what}")
        self.assert_refuses("check-coawait", files, *lines)

    def test_accepts_everything_else(self):
        files = {}
        for source in (
                "auto work = [x] { return x; };\nco_await f(std::move(work));",
                "co_await f([] { return 1; });",
                "co_await f([](int a) { return a ? 1 : 2; });",
                "co_await f(list[0], table[a][b], g()[i], T{1}[0]);",
                "auto x = co_await f(a) ? b : c;",
                "x = a ? b : c; co_await f(x); y = a ? b : c; g([&] {});",
                "if (co_await f(x)) { g([&] { return a ? b : c; }); }",
                "for (auto& [key, value] : co_await f()) { g([&] {}); }",
                "co_await f(); // co_await f([&] {}), or not?",
                "co_await f(\"[x]\", '?', \"? :\");",
                "/* co_await f([&] {}); */ log(\"co_await f(a ? b : c)\");",
                "my_co_await_count(f([&] {}));",
                "co_await f([[maybe_unused]] x);",
                "co_await f({}, {1.5}, T{a});",
                "auto a = T{.b = co_await f()}; g({.b = c});",
                "if (a && b) co_await f();",
                "if (co_await f() && a) {}",
                "auto&& x = co_await f();",
                "g(a && b, co_await f());",
                "bool c = a && b; { co_await f(); }"):
            files[f"store/{len(files)}.cc"] = source + "\n"
        self.assert_accepts("check-coawait", files)

    def test_refuses_what_drops_an_exception(self):
        self.assert_refuses(
            "check-coawait",
            {"store/a.cc": "asio::co_spawn(io, f(),\n               asio::detached);\n",
             "tests/b.cc": "using boost::asio::detached;\n"},
            f"store/a.cc:2: {DETACHED}", f"tests/b.cc:1: {DETACHED}")
        self.assert_accepts("check-coawait", {
            "store/a.cc": "// Not asio::detached.\nasio::co_spawn(io, f(), [](std::exception_ptr e) { g(e); });\n"
                          "thread.detach();\nbool detached = false;\n#include <boost/asio/detached.hpp>\n"})

    def test_names_each_of_several_files(self):
        bad = "\nco_await f([&] {});\n"
        self.assert_refuses("check-coawait",
                            {"store/a.h": bad, "tests/unit/b.cc": bad, "store/c.cc": ""},
                            f"store/a.h:2: {LAMBDA}", f"tests/unit/b.cc:2: {LAMBDA}")


def target(sources: str, helper: str = "walstow_library", words: str = "") -> str:
    return f"# {helper}(other SOURCES c.cc)\n{helper}(name {words}\n  SOURCES {sources}\n  LINKS other)\n"


def anonymous(source: str) -> str:
    return f"namespace walstow {{\nnamespace {{\n{source}\n}}  // namespace\n}}\n"


class Names(CheckTest):
    def test_refuses_a_name_of_two_files(self):
        files, lines = {}, []
        for name, line, source in (
                ("k", 3, "constexpr int k = 1;"),
                ("k", 3, "constexpr std::array<int, 2> k{1, 2};"),
                ("k", 3, "const char k[] = \"{\";"),
                ("k", 3, "constexpr int first_of_N{1}, k = 2;"),
                ("k", 3, "constexpr auto k = [](int a) { return a; };"),
                ("f", 3, "int f(int a) { return a; }"),
                ("f", 4, "// int g() {\nstd::function<void(int)> f(A<B> a, int b = 1) {\n  if (b) { g(); }\n}"),
                ("f", 3, "[[nodiscard]] auto f() -> int { return 1; }"),
                ("f", 3, "template <class A, class B = std::vector<A>>\nstd::optional<A> f(A a) { return a; }"),
                ("f", 3, "template <class A>\n  requires std::integral<A>\nvoid f(A a);"),
                ("f", 3, "__attribute__((target(\"sse4.2\"))) int f() { return 1; }"),
                ("f", 4, "#if defined(X)  // {\nint f() { return 1; }\n#endif"),
                ("A", 3, "struct A {};"),
                ("A", 3, "class A final : public B<int> {\n public:\n  A() : b_{1} {}\n};"),
                ("A", 3, "enum class A { kOne, kTwo };"),
                ("inner::k", 4, "namespace inner {\nconstexpr int k = 1;\n}")):
            folder = f"store/{len(lines)}"
            files |= {f"{folder}/CMakeLists.txt": target("a.cc b.cc"), f"{folder}/a.cc": anonymous(source),
                      f"{folder}/b.cc": anonymous(source.replace("of_N", "of_b"))}
            lines.append(f"{folder}/b.cc:{line}: walstow::{name}: {folder}/a.cc, also of name, has one of its own")
        self.assert_refuses("check-names", files, *lines)

    def test_refuses_other_things_of_one_name(self):
        files, lines = {}, []
        for name, line, one, other in (
                ("f", 3, "int f(int a) { return a; }", "int f(long a) { return a; }"),
                ("a", 3, "int a() { return 1; }", "struct a {};"),
                ("A", 3, "using A = int;", "using A = long;"),
                ("A", 3, "using A = int;", "struct A {};")):
            folder = f"store/{len(lines)}"
            files |= {f"{folder}/CMakeLists.txt": target("a.cc b.cc", "walstow_test", "LABEL unit"),
                      f"{folder}/a.cc": anonymous(one), f"{folder}/b.cc": anonymous(other)}
            lines.append(f"{folder}/b.cc:{line}: walstow::{name}: {folder}/a.cc, also of name, has one of its own")
        self.assert_refuses("check-names", files, *lines)

    def test_refuses_what_is_static_or_constant_and_tests(self):
        source = ("static int f() { return 1; }\nconst std::string kText = \"x\";\nconstexpr int kOne = 1;\n"
                  "TEST(Suite, Works) { f(); }\nTEST_F(Other, Works) { f(); }\n"
                  "INSTANTIATE_TEST_SUITE_P(All, Suite, testing::Values(1));\n")
        self.assert_refuses(
            "check-names", {"tests/CMakeLists.txt": target("unit/a.cc b.cc", "walstow_executable"),
                            "tests/unit/a.cc": source, "tests/b.cc": source},
            *(f"tests/b.cc:{line}: {name}: tests/unit/a.cc, also of name, has one of its own" for line, name in (
                (1, "f"), (2, "kText"), (3, "kOne"), (4, "Suite.Works"), (5, "Other.Works"), (6, "suite All.Suite"))))

    def test_accepts_what_is_not_a_files_own(self):
        files = {}
        for source in (
                "void f();\nclass A;\nextern int k;\nusing boost::f;\nnamespace json = boost::json;",
                "const A& f() { return a; }\nconst A* g() { return nullptr; }",
                "A::A() : b_{1}, c_(2) {}\nint A::f() const { return k; }\nconst int A::k = 1;",
                anonymous("int f() {\n  static int k = 1;\n  struct A {};\n  return k;\n}").replace("f()", "f_of_N()"),
                anonymous("using A = std::vector<std::function<void(int)>>;"),
                anonymous("class A;\nusing std::f;\nstatic_assert(true);"),
                anonymous("bool operator==(const A&, const B&) { return true; }"),
                anonymous("int A::f() { return 1; }\nA::~A() { g(); }")):
            folder = f"store/{len(files)}"
            files |= {f"{folder}/CMakeLists.txt": target("a.cc b.cc"), f"{folder}/a.cc": source.replace("of_N", "one"),
                      f"{folder}/b.cc": source.replace("of_N", "two")}
        self.assert_accepts("check-names", files)

    def test_accepts_one_name_in_two_targets_and_in_separate_files(self):
        source = anonymous("constexpr int k = 1;")
        self.assert_accepts("check-names", {
            "proto/CMakeLists.txt": target("a.cc") + target("b.cc"), "proto/a.cc": source, "proto/b.cc": source,
            "tests/CMakeLists.txt": target("a.cc b.cc", "walstow_test", "LABEL unit SEPARATE"),
            "tests/a.cc": source, "tests/b.cc": source})

    def test_counts_what_it_saw_and_refuses_to_see_nothing(self):
        result = run("check-names", {"store/CMakeLists.txt": target("a.cc"), "store/a.cc": anonymous("int a, b;")})
        self.assertEqual(result.stdout, "check-names: 1 files, 2 names, 0 violations\n")
        self.assertNotEqual(run("check-names", {"store/a.cc": ""}).returncode, 0)


JOINED = "a text is joined by +: use fmt::format()"


class Messages(CheckTest):
    def test_refuses_a_literal_beside_plus(self):
        files, lines = {}, []
        for line, source in (
                (1, 'f("a \\" + " + x);'),
                (1, 'auto y = x + "a";'),
                (1, 'auto y = x+"a"+z;'),
                (1, 'text += "a" + x;'),
                (1, 'auto y = "a" "b" + x;'),
                (1, 'f(x +\n  "a");'),
                (1, 'f("a"  // {\n  + x);'),
                (1, 'auto y = R"(a\nb)" + x;'),
                (2, 'auto a = R"(\n)"; f(x + y + R"-(b)-");'),
                (1, 'auto y = std::string("a") + x;'),
                (1, 'auto y = x + std::string{"a"};')):
            name = f"store/{len(files)}.{'h' if len(files) % 2 else 'cc'}"
            files[name] = source + "\n"
            lines.append(f"{name}:{line}: {JOINED}")
        self.assert_refuses("check-messages", files, *lines)

    def test_accepts_everything_else(self):
        files = {"tests/unit/a.cc": 'f("a" + x);\n'}
        for source in (
                'text += "a";',
                'f("a + b", \'"\', "+", x + y);',
                'auto y = x + f("a") + std::string(x) + \'a\';',
                '// f("a" + x);\n/* x + "a" */',
                'f(R"(" + ")", i++, "a", "b", ++i);',
                '#include "a.h"\nint i = +1;'):
            files[f"store/{len(files)}.cc"] = source + "\n"
        self.assert_accepts("check-messages", files)

    def test_counts_what_it_saw_and_refuses_to_see_nothing(self):
        result = run("check-messages", {"store/a.cc": 'f("a" + x + "b");\n', "tests/b.cc": ""})
        self.assertEqual(result.stdout, f"store/a.cc:1: {JOINED}\ncheck-messages: 1 files, 1 violations\n")
        self.assertNotEqual(run("check-messages", {}).returncode, 0)


if __name__ == "__main__":
    unittest.main()
