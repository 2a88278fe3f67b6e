// Whoever has no right to administrate takes nothing away: whatever is sent, the keys of a cluster
// only become more.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "store/archive/layout.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

constexpr int kRequests = 600;

class OnlyGrowsTest : public ServiceTest {
 protected:
  OnlyGrowsTest() {
    for (const std::string& name : names_) {
      contents_.push_back(contents_of(name));
      for (const std::string& content : contents_.back())
        put(name, content);
    }
    put("00000002.history", "1\t0/2000028\tno reason\n");
    put("00000002.history", "1\t0/3000028\tno reason\n");  // a conflict
    const auto pick = to_string(digest_of(contents_[0].back()));
    EXPECT_EQ(ask(AcceptContent{"main", file_named(names_[0]), pick}).status, 200);
  }

  std::set<std::string> keys() {
    const auto archive = open_archive_folder(archive_folder.string());
    std::set<std::string> keys;
    for (const Entry& entry : archive->backend().list_after("main/", "", 10000))
      keys.insert(entry.key);
    return keys;
  }

  // Whole, unfinished, and two that contradict these.
  static std::vector<std::string> contents_of(const std::string& name) {
    return {WalWriter(name).records(50, 400).fill('w').content(),
            WalWriter(name, WalWriter("000000010000000000000001").fill('o').content())
                .records(50, 400)
                .content(),
            WalWriter(name).records(20, 400).fill('s').content(),
            WalWriter(name).records(10, 400).fill('t').content()};
  }

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  // All of an existing digest, its first digits, or anything.
  Digest some_digest(const Digest& existing) {
    std::string text = to_string(existing);
    const std::size_t kept = std::array<std::size_t, 4>{0, 12, 31, 32}.at(below(4));
    for (std::size_t i = kept; i < text.size(); ++i)
      text[i] = "0123456789abcdef"[below(16)];
    return *parse_digest(text);
  }

  Command some_put(std::string& body) {
    const std::size_t which = below(names_.size());
    const std::string& name = names_[which];
    body = contents_[which][below(4)];
    PutFile put = put_of(name, body);
    put.digest = some_digest(put.digest);
    if (below(4) == 0) body.resize(below(body.size()));
    if (below(4) == 0) body[below(body.size())] ^= 0x01;
    return put;
  }

  Command some_command(std::string& body) {
    const std::size_t which = below(names_.size());
    const std::string& name = names_[which];
    const WalFileName file = file_named(name);
    const std::string digest = to_string(digest_of(contents_[which][below(4)]));
    const std::string id = "0123456789ab";
    switch (below(18)) {
      case 0:
        return AcceptContent{"main", file, digest};
      case 1:
        return SetAside{"main", std::string(kEra) + "/wal/" + name.substr(0, 16) + "/" + name};
      case 2:
        return BeginPrune{"main", {.keep_backups = 1, .keep_days = 0}, {}};
      case 3:
        return RemoveBackup{"main", id};
      case 4:
        return RemoveHold{"main", id};
      case 5:
        return ForgetStandby{"main", "db2", std::string(32, 'a')};
      case 6:
        return CheckStore{"main"};
      case 7:
        return ListConflicts{.cluster = "main", .file = file};
      case 8:
        return ReportPosition{.cluster = "main",
                              .system_identifier = samples::kSystem1Mb,
                              .instance = {.id = std::string(32, 'a'), .sequence = 1, .host = "h"},
                              .restartpoint = file};
      case 9:
        return WithdrawFile{"main", name, digest_of(contents_[which][below(4)]), "why"};
      case 10:
        return ReturnFile{"main", name, digest_of(contents_[which][below(4)])};
      case 11:
        return ConfirmFile{put_of(name, contents_[which][below(4)]), {}};
      default:
        return some_put(body);
    }
  }

  const std::vector<std::string> names_{"000000010000000000000002", "000000010000000000000003"};
  std::vector<std::vector<std::string>> contents_;  // by name
  std::mt19937 random_{20261129};
};

TEST_F(OnlyGrowsTest, WhateverAClientSends) {
  ask_as_client({Right::kArchive, Right::kRestore});
  std::set<std::string> before = keys();
  for (int i = 0; i < kRequests; ++i) {
    std::string body;
    const Command command = some_command(body);
    HandlerResult answer = handler.handle(to_request(command), caller);
    if (auto* upload = std::get_if<std::unique_ptr<Upload>>(&answer); upload && below(3) > 0) {
      try {
        (*upload)->write(as_bytes(body));
        (*upload)->finish();
      } catch (const Error&) {  // a body that is no body
      }
    }
    if (i % 50 != 0) continue;
    const std::set<std::string> after = keys();
    ASSERT_TRUE(std::ranges::includes(after, before)) << "before request " << i;
    before = after;
  }
}

}  // namespace
}  // namespace walstow
