// Lists come in pages, each within the bound of a body, and together they are the whole list.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <set>

#include "proto/wire/report.h"
#include "store/admin/all_pages.h"
#include "store/archive/standby_positions.h"
#include "store/service/page_reply.h"
#include "tests/support/service_fixture.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

constexpr std::size_t kLargestBody = std::size_t{1} << 20;  // PROTOCOL.md, "Limits"

std::vector<HoldReport> many_holds(std::size_t count) {
  std::vector<HoldReport> holds;
  for (std::size_t i = 0; i < count; ++i)
    holds.push_back(
        {.id = fmt::format("{:012x}", i * 7919 % count), .reason = std::string(900, 'r')});
  return holds;
}

Reply page_of(std::vector<HoldReport> holds, const PageRange& page) {
  return page_reply(
      std::move(holds), page, [](const HoldReport& hold) { return hold.id; },
      [](const auto& some, const std::string& next) { return to_json(some, next); });
}

// A body that is too long would be refused by every client: nobody could look, or forget a standby.
TEST(PageTest, NoneIsLongerThanABodyMayBe) {
  const auto all = many_holds(4000);
  JoinedPages pages;
  std::vector<HoldReport> joined;
  PageRange page;
  int count = 0;
  do {
    const Reply reply = page_of(all, page);
    ASSERT_LE(reply.body.size(), kLargestBody);
    page.after = pages.add(reply.body);
    std::ranges::move(parse_hold_reports(reply.body), std::back_inserter(joined));
    ++count;
  } while (!page.after.empty());
  EXPECT_GT(count, 4);
  EXPECT_TRUE(std::ranges::is_sorted(joined, {}, &HoldReport::id));
  ASSERT_EQ(joined.size(), all.size());
  EXPECT_GT(pages.text().size(), all.size() * all.front().reason.size()) << "in JSON, too";
}

TEST(PageTest, WhatGoesMeanwhileTakesNothingElseAlong) {
  auto all = many_holds(10);
  JoinedPages pages;
  PageRange page{.limit = 3};
  page.after = pages.add(page_of(all, page).body);
  std::erase_if(all, [](const HoldReport& hold) { return hold.id <= "000000000002"; });
  while (!page.after.empty())
    page.after = pages.add(page_of(all, page).body);
  EXPECT_EQ(parse_hold_reports(pages.text()).size(), 10U);
}

TEST(PageTest, AListThatLeadsBackIsNotFollowed) {
  JoinedPages pages;
  EXPECT_EQ(pages.add(R"({"holds":[],"next":"b"})"), "b");
  EXPECT_EQ(kind_thrown([&] { pages.add(R"({"holds":[],"next":"b"})"); }), ErrorKind::kUnavailable);
}

class PagesOfListsTest : public ServiceTest {
 protected:
  // How many entries all pages of two have, and that there are several.
  template <class List>
  std::string joined(List list) {
    JoinedPages pages;
    list.page.limit = 2;
    int count = 0;
    do {
      const Response response = ask(list);
      EXPECT_EQ(response.status, 200) << response.body;
      list.page.after = pages.add(response.body);
      ++count;
    } while (!list.page.after.empty());
    EXPECT_EQ(count, 3);
    return pages.text();
  }
};

TEST_F(PagesOfListsTest, EachCanBeReadToItsEnd) {
  ASSERT_EQ(put("000000010000000000000001").status, 201);
  for (int i = 0; i < 5; ++i) {
    const std::string id = fmt::format("{:012x}", i);
    const AddClient client{.client = fmt::format("db{}", i),
                           .public_key = to_base64(as_bytes("a public key")),
                           .grants = {{.cluster = "main", .rights = {Right::kRestore}}}};
    EXPECT_EQ(ask(client).status, 201);
    if (i > 0) {
      EXPECT_EQ(ask(CreateCluster{fmt::format("c{}", i)}).status, 201);
    }
    EXPECT_EQ(ask(AddHold{"main", id, LogPosition(Lsn{0x1000000}), {}, "audit"}).status, 201);
    EXPECT_EQ(ask(AddBackup{.cluster = "main",
                            .id = id,
                            .start = LogPosition(Lsn{0x1000028}),
                            .stop = Lsn{0x1000100},
                            .timeline = Timeline{1},
                            .stopped = std::chrono::system_clock::now(),
                            .label = "nightly"})
                  .status,
              201);
    const Instance instance{.id = fmt::format("{:032x}", i), .sequence = 1, .host = "db2"};
    EXPECT_EQ(ask(ReportPosition{.cluster = "main",
                                 .system_identifier = samples::kSystem1Mb,
                                 .instance = instance,
                                 .restartpoint = file_named("000000010000000000000001")})
                  .status,
              200);
  }
  for (const char fill : {'a', 'b', 'c', 'd', 'e'}) {
    const std::string name = "000000010000000000000001";
    EXPECT_EQ(code_of(put(name, segment_content(name, fill))), "other-content");
  }
  EXPECT_EQ(parse_conflict_reports(joined(ListConflicts{.cluster = "main"})).size(), 5U);
  EXPECT_EQ(parse_cluster_summaries(joined(ListClusters{})).size(), 5U);
  EXPECT_EQ(parse_client_reports(joined(ListClients{})).size(), 5U);
  EXPECT_EQ(parse_hold_reports(joined(ListHolds{"main"})).size(), 5U);
  EXPECT_EQ(parse_backup_reports(joined(ListBackups{"main"})).size(), 5U);
  EXPECT_EQ(parse_standby_reports(joined(ListStandbys{"main"})).size(), 5U);
}

}  // namespace
}  // namespace walstow
