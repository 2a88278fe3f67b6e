// The client against stores that lie, stutter, break off or say nothing. Each store is a small
// shell script in walstowd's place: it answers what the test tells it to, whatever it is asked.
#include "proto/client/client.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fmt/format.h>
#include <fstream>

#include "proto/base/filesystem.h"
#include "proto/client/client_settings.h"
#include "tests/support/digests.h"
#include "tests/support/encoded_object.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

const std::string kContent = "1\t0/3000000\tno recovery target specified\n";
constexpr std::uint64_t kSystem = 7;

class ClientTest : public testing::Test {
 protected:
  // `script` runs with the client on its standard streams, the request's head read already and its
  // random id in $id.
  Client client_of(const std::string& script, Duration head = Duration(5000)) {
    const fs::path program = folder_.path() / "store";
    std::ofstream(program)
        << "#!/bin/sh\ncd " << folder_.path().string() << "\n"
        << "cr=$(printf '\\r')\n"
           "while read -r line && [ \"$line\" != \"$cr\" ]; do\n"
           "  case $line in Walstow-Request:*) id=${line#*: }; id=${id%$cr};; esac\n"
           "done\n"
        << script;
    fs::permissions(program, fs::perms::owner_all);
    return Client({.cluster = "main",
                   .store_text = "/archive",
                   .store = LocalStore{.archive = "/archive", .walstowd = program.string()},
                   .deadlines = {.connect = Duration(5000),
                                 .head = head,
                                 .progress = Duration(5000),
                                 .whole = Duration(10000)}});
  }

  // A store that answers `reply` to whatever it is asked, and goes.
  Client answering(const std::string& reply) {
    std::ofstream(folder_.path() / "reply", std::ios::binary) << reply;
    return client_of("cat reply\n");
  }

  // The kind of the Error that a get ends with; "got" or "absent" when it does not.
  enum class Attempts { kOne, kMany };
  std::string outcome(Client client, Attempts attempts = Attempts::kOne) {
    raw_.clear();
    Patience patience{.give_up = Deadline::after(Duration(10000)), .on_failure = {}};
    if (attempts == Attempts::kOne) {
      patience.on_failure = [](const Error& error, Duration) { throw Error(error); };
    }
    const GetSink sink{.raw = [this](ByteView bytes) { raw_ += as_text(bytes); },
                       .restart = [this] { raw_.clear(); },
                       .object = {}};
    const GetFile question{.cluster = "main",
                           .file = *WalFileName::parse("00000002.history"),
                           .system_identifier = kSystem};
    try {
      const GetDone done = client.get(question, sink, patience);
      return std::holds_alternative<Got>(done) ? "got" : "absent";
    } catch (const Error& error) {
      message_ = error.what();
      return std::string(to_string(error.kind()));
    }
  }

  // The same for a put of that file: "published" or "stood" when there is no Error.
  std::string put_outcome(Client client) {
    const auto files = open_posix_file_system(folder_.path().string());
    write_durably(*files, "raw", kContent);
    const PutFile put{.cluster = "main",
                      .file = *WalFileName::parse("00000002.history"),
                      .system_identifier = kSystem,
                      .raw_size = kContent.size(),
                      .digest = digest_of(kContent)};
    const Patience once{.give_up = Deadline::after(Duration(10000)),
                        .on_failure = [](const Error& error, Duration) { throw Error(error); }};
    try {
      const PutDone done = client.put(put, *files->open_file("raw"), once);
      return done.result == PutResult::kPublished ? "published" : "stood";
    } catch (const Error& error) {
      message_ = error.what();
      return std::string(to_string(error.kind()));
    }
  }

  static std::string put_report(std::string_view name = "00000002.history",
                                std::size_t size = kContent.size(),
                                std::string_view content = kContent) {
    return fmt::format(R"({{"archive":"a","era":"001-7-16777216","name":"{}","digest":"{}",)"
                       R"("raw_size":{},"stored_size":1}})"
                       "\n",
                       name, to_string(digest_of(content)), size);
  }

  static std::string object(std::string_view name = "00000002.history",
                            std::uint64_t system = kSystem) {
    return encoded_object({.name = std::string(name),
                           .raw_size = kContent.size(),
                           .digest = digest_of(kContent),
                           .system_identifier = system,
                           .segment_size = 1U << 24,
                           .client = "tester",
                           .time = {}},
                          kContent);
  }

  static std::string reply(int status, const std::string& fields, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static std::string good_fields() {
    return "Walstow-Version: 1\r\nWalstow-Archive: " + std::string(32, 'a') +
           "\r\nContent-Encoding: zstd\r\nWalstow-Digest: xxh128=" +
           to_string(digest_of(kContent)) + "\r\n";
  }
  static std::string json_fields() {
    return "Walstow-Version: 1\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n";
  }

  TemporaryFolder folder_;
  std::string raw_;
  std::string message_;
};

TEST_F(ClientTest, GoodAnswerIsTheFile) {
  EXPECT_EQ(outcome(answering(reply(200, good_fields(), object()))), "got") << message_;
  EXPECT_EQ(raw_, kContent);
}

TEST_F(ClientTest, AnswerThatIsCutAnywhereIsNeverTheFile) {
  const std::string whole = reply(200, good_fields(), object());
  for (std::size_t cut = 0; cut < whole.size(); cut += 7) {
    const std::string result = outcome(answering(whole.substr(0, cut)));
    ASSERT_TRUE(result == "unavailable" || result == "damaged") << cut << ": " << result;
  }
}

TEST_F(ClientTest, AnswerToAnotherQuestionIsDamage) {
  EXPECT_EQ(outcome(answering(reply(200, good_fields(), object("00000003.history")))), "damaged");
  EXPECT_EQ(outcome(answering(reply(200, good_fields(), object("00000002.history", 8)))),
            "damaged");
}

TEST_F(ClientTest, AnswerWhoseHeadHasAnotherDigestIsDamage) {
  std::string fields = good_fields();
  char& digit = fields[fields.size() - 3];
  digit = digit == '0' ? '1' : '0';
  EXPECT_EQ(outcome(answering(reply(200, fields, object()))), "damaged");
}

TEST_F(ClientTest, ObjectThatEndsEarlyInAWholeAnswerIsDamage) {
  const std::string whole = object();
  for (const std::size_t missing : {std::size_t{1}, std::size_t{41}, whole.size() - 10}) {
    const std::string body = whole.substr(0, whole.size() - missing);
    EXPECT_EQ(outcome(answering(reply(200, good_fields(), body))), "damaged") << missing;
  }
}

TEST_F(ClientTest, EndlessTextBetweenTheChunksIsGivenUp) {
  const std::string body = object();
  EXPECT_EQ(outcome(answering(
                "HTTP/1.1 200 X\r\n" + good_fields() + "Transfer-Encoding: chunked\r\n\r\n" +
                fmt::format("{:x};a={}\r\n", body.size(), std::string(1U << 20, 'x')) + body +
                "\r\n0\r\n\r\n")),
            "unavailable");
}

TEST_F(ClientTest, FlippedByteIsDamage) {
  std::string body = object();
  body[body.size() - 45] = static_cast<char>(body[body.size() - 45] ^ 1);  // of the content
  EXPECT_EQ(outcome(answering(reply(200, good_fields(), body))), "damaged");
}

TEST_F(ClientTest, WhatIsNotTheStoresOwnAnswerIsNeverAbsence) {
  const std::string proof =
      R"({"code":"absent-end","message":"m","hint":"","proof":{"archive":"a","cluster":"main",)"
      R"("era":"001-7-16777216","file":"00000002.history","request":"0123456789abcdef"}})";
  const struct {
    const char* title;
    std::string reply;
  } cases[] = {
      {"nothing at all", ""},
      {"a banner", "Welcome to archive1\n"},
      {"a proxy's page", reply(404, "Content-Type: text/html\r\n", "<h1>Not Found</h1>")},
      {"a bad gateway", reply(502, "Content-Type: text/html\r\n", "<h1>Bad Gateway</h1>")},
      {"a proof of another request", reply(404, json_fields(), proof + "\n")},
      {"JSON that is no refusal", reply(404, json_fields(), "{}\n")},
      {"a 404 without a body", reply(404, json_fields(), "")},
      {"a 404 without a length", "HTTP/1.1 404 X\r\n" + json_fields() + "\r\n" + proof + "\n"},
      {"an unknown code", reply(404, json_fields(), R"({"code":"gone-fishing"})")},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(outcome(answering(one.reply)), "unavailable") << one.title;
  }
}

// A store of a later release: even its refusal, or its absence, could mean something else.
TEST_F(ClientTest, ReplyInAnotherVersionIsRefused) {
  std::string fields = good_fields();
  fields.replace(fields.find(": 1"), 3, ": 2");
  for (const int status : {200, 201, 400, 404}) {
    EXPECT_EQ(outcome(answering(reply(status, fields, object()))), "unavailable");
    EXPECT_NE(
        message_.find("uses version \"2\" of walstow's protocol, and this program uses version 1"),
        std::string::npos)
        << message_;
    EXPECT_EQ(put_outcome(answering(reply(status, fields, put_report()))), "unavailable");
  }
}

TEST_F(ClientTest, ProofForThisVeryRequestIsAbsence) {
  // The script repeats the request's own random id, as a store does.
  Client client = client_of(
      "body='{\"code\":\"absent-end\",\"message\":\"m\",\"hint\":\"\",\"proof\":{\"archive\":\"a\","
      "\"cluster\":\"main\",\"era\":\"001-7-16777216\",\"file\":\"00000002.history\","
      "\"request\":\"'$id'\"}}'\n"
      "printf 'HTTP/1.1 404 X\\r\\nWalstow-Version: 1\\r\\nContent-Type: application/json\\r\\n"
      "Cache-Control: no-store\\r\\nContent-Length: %d\\r\\n\\r\\n%s' ${#body} \"$body\"\n");
  EXPECT_EQ(outcome(std::move(client)), "absent") << message_;
}

TEST_F(ClientTest, FileThatBecameShorterIsNotPut) {
  const auto files = open_posix_file_system(folder_.path().string());
  write_durably(*files, "00000002.history", kContent);
  for (const Encoding encoding : {Encoding::kIdentity, Encoding::kZstd}) {
    // It would acknowledge whatever came.
    Client client = client_of("printf 'HTTP/1.1 201 X\\r\\nContent-Length: 0\\r\\n\\r\\n'\n");
    const PutFile put{.cluster = "main",
                      .file = *WalFileName::parse("00000002.history"),
                      .system_identifier = kSystem,
                      .raw_size = kContent.size() + 1,
                      .encoding = encoding};
    const auto raw = files->open_file("00000002.history");
    try {
      client.put(put, *raw, {.give_up = Deadline::after(Duration(10000)), .on_failure = {}});
      FAIL() << "acknowledged";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
      EXPECT_STREQ(error.what(), "the file became shorter while it was sent");
    }
  }
}

TEST_F(ClientTest, PromiseOfTheStoreIsSuccess) {
  EXPECT_EQ(put_outcome(answering(reply(201, json_fields(), put_report()))), "published")
      << message_;
  EXPECT_EQ(put_outcome(answering(reply(200, json_fields(), put_report()))), "stood") << message_;
}

TEST_F(ClientTest, WhatIsNotTheStoresOwnPromiseIsNeverSuccess) {
  const std::string promise = put_report();
  const struct {
    const char* title;
    std::string reply;
  } cases[] = {
      {"nothing at all", ""},
      {"a proxy's page", reply(200, "Content-Type: text/html\r\n", "<h1>Welcome</h1>")},
      {"a page of a web server that took the put", reply(204, "", "")},
      {"a success that promises nothing", reply(201, json_fields(), "{}\n")},
      {"a promise that is cut", reply(201, json_fields(), promise).substr(0, 200)},
      {"a promise that is no promise yet", reply(202, json_fields(), promise)},
      {"a redirection", reply(307, "Location: /elsewhere\r\n", promise)},
      {"an unknown refusal", reply(418, json_fields(), R"({"code":"tea","message":"","hint":""})")},
      {"a refusal of ours with a promise in it", reply(503, json_fields(), promise)},
      {"a promise for another file", reply(201, json_fields(), put_report("00000003.history"))},
      {"a promise for another size", reply(201, json_fields(), put_report("00000002.history", 7))},
      {"a promise for another content",
       reply(201, json_fields(), put_report("00000002.history", kContent.size(), "another"))},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(put_outcome(answering(one.reply)), "unavailable") << one.title;
  }
}

TEST_F(ClientTest, SilentStoreIsGivenUpAtTheDeadline) {
  EXPECT_EQ(outcome(client_of("exec cat >/dev/null\n", Duration(50))), "timeout");
}

TEST_F(ClientTest, StoreThatComesBackIsAskedAgain) {
  std::ofstream(folder_.path() / "reply", std::ios::binary) << reply(200, good_fields(), object());
  // Down at the first attempt, half an answer at the second, whole at the third.
  Client client = client_of(
      "n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) > count\n"
      "case $n in 0) exit 0;; 1) head -c 300 reply; exit 0;; esac\n"
      "cat reply\n");
  EXPECT_EQ(outcome(std::move(client), Attempts::kMany), "got") << message_;
  EXPECT_EQ(raw_, kContent);
}

TEST_F(ClientTest, RefusalIsNotTriedAgain) {
  const std::string body = R"({"code":"unknown-cluster","message":"no such","hint":"make it"})";
  std::ofstream(folder_.path() / "reply", std::ios::binary) << reply(422, json_fields(), body);
  Client client = client_of("echo asked >> asked; cat reply\n");
  EXPECT_EQ(outcome(std::move(client), Attempts::kMany), "refused");
  EXPECT_EQ(fs::file_size(folder_.path() / "asked"), 6U);
}

// The first connection ends after one answer, although all heads were sent. The second one carries
// a refusal among its answers.
TEST_F(ClientTest, EachQuestionGetsItsAnswerInOrder) {
  const std::string refused = R"({"code":"unknown-cluster","message":"no such","hint":""})";
  const auto add = [this](const char* file, const std::string& text) {
    std::ofstream(folder_.path() / file, std::ios::binary | std::ios::app) << text;
  };
  add("first", reply(200, json_fields(), "one"));
  add("second", reply(422, json_fields(), refused));
  add("second", reply(200, json_fields(), "three"));
  Client client =
      client_of("echo asked >> asked; [ -e was ] && exec cat second; > was; cat first\n");
  const std::vector<Command> commands(3, Whoami{});
  const Patience patience{.give_up = Deadline::after(Duration(10000)), .on_failure = {}};
  const std::vector<Answered> answers = client.ask_each(commands, patience);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(std::get<std::string>(answers[0]), "one");
  EXPECT_EQ(std::get<Error>(answers[1]).kind(), ErrorKind::kRefused);
  EXPECT_EQ(std::get<std::string>(answers[2]), "three");
  EXPECT_EQ(fs::file_size(folder_.path() / "asked"), 12U);
}

TEST_F(ClientTest, NothingBreaksOutOfItsLine) {
  for (const std::string host : {"db1\r\nWalstow-System: 5", "db1\n", "a\tb"}) {
    Client client = client_of("[ -z \"$id\" ] || echo asked >> asked\n");
    const GetFile question{.cluster = "main",
                           .file = *WalFileName::parse("00000002.history"),
                           .instance = Instance{.id = std::string(32, 'a'), .host = host}};
    const Patience once{.give_up = Deadline::after(Duration(10000)), .on_failure = {}};
    EXPECT_EQ(kind_thrown([&] { client.get(question, {}, once); }), ErrorKind::kInvalid) << host;
  }
  EXPECT_FALSE(fs::exists(folder_.path() / "asked"));
}

TEST_F(ClientTest, SettingsInTheEnvironmentAreNotTheStores) {
  std::ofstream(folder_.path() / "reply", std::ios::binary) << reply(200, good_fields(), object());
  for (const char* const name : {"WALSTOW_CONFIG", "WALSTOW_CLUSTER", "OTHER"}) {
    ASSERT_EQ(::setenv(name, "set", 1), 0);
  }
  Client client = client_of("[ \"$WALSTOW_CONFIG$WALSTOW_CLUSTER$OTHER\" = set ] && cat reply\n");
  EXPECT_EQ(outcome(std::move(client)), "got") << message_;
  for (const char* const name : {"WALSTOW_CONFIG", "WALSTOW_CLUSTER", "OTHER"}) {
    ::unsetenv(name);
  }
}

TEST_F(ClientTest, ProgramThatIsNotThereIsNamed) {
  Client client({.cluster = "main",
                 .store_text = "/archive",
                 .store = LocalStore{.archive = "/archive", .walstowd = "/nonexistent/walstowd"},
                 .deadlines = {}});
  EXPECT_EQ(outcome(std::move(client)), "unavailable");
  EXPECT_NE(message_.find("/nonexistent/walstowd"), std::string::npos) << message_;
}

TEST_F(ClientTest, OneConnectionIsMadeBesideOtherWork) {
  std::ofstream(folder_.path() / "reply", std::ios::binary) << reply(200, good_fields(), object());
  Client client = client_of("echo asked >> asked; cat reply\n");
  const fs::path program = folder_.path() / "store";
  std::ifstream script(program);
  std::string text{std::istreambuf_iterator<char>(script), {}};
  text.insert(text.find('\n') + 1,
              fmt::format("echo >> {}\n", (folder_.path() / "begun").string()));
  std::ofstream(program) << text;
  const Patience patience{.give_up = Deadline::after(Duration(10000)), .on_failure = {}};
  int done = 0;
  // The far end begins before the work is done.
  const auto work = [&] {
    const Deadline deadline = Deadline::after(Duration(10000));
    while (!fs::exists(folder_.path() / "begun") && !deadline.passed()) {
    }
    ++done;
  };
  client.connect_beside(work, patience);
  EXPECT_TRUE(fs::exists(folder_.path() / "begun"));
  client.connect_beside(work, patience);
  EXPECT_EQ(done, 2);
  EXPECT_EQ(outcome(std::move(client)), "got") << message_;
  EXPECT_EQ(fs::file_size(folder_.path() / "asked"), 6U);
  EXPECT_EQ(fs::file_size(folder_.path() / "begun"), 1U);
}

TEST_F(ClientTest, AFailureBesideOtherWorkIsThatOfTheFirstAttempt) {
  const fs::path program = folder_.path() / "store";
  Client client({.cluster = "main",
                 .store_text = "/archive",
                 .store = LocalStore{.archive = "/archive", .walstowd = program.string()},
                 .deadlines = {}});
  bool is_done = false;
  client.connect_beside([&] { is_done = true; },
                        {.give_up = Deadline::after(Duration(10000)), .on_failure = {}});
  EXPECT_TRUE(is_done);
  // It is there now, and would answer.
  answering(reply(200, good_fields(), object()));
  EXPECT_EQ(outcome(std::move(client)), "unavailable");
  EXPECT_NE(message_.find(program.string()), std::string::npos) << message_;
}

TEST_F(ClientTest, WorkThatFailsBesideAConnectionSaysWhy) {
  Client client = answering(reply(200, good_fields(), object()));
  const auto work = [] { throw Error(ErrorKind::kInvalid, "its size changed"); };
  const Patience patience{.give_up = Deadline::after(Duration(10000)), .on_failure = {}};
  EXPECT_EQ(kind_thrown([&] { client.connect_beside(work, patience); }), ErrorKind::kInvalid);
  EXPECT_EQ(outcome(std::move(client)), "got") << message_;
}

}  // namespace
}  // namespace walstow
