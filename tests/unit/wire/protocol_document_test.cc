// What proto/PROTOCOL.md promises is what the code does: its tables are complete, its JSON is read
// and written so, and its worked example is an exchange of this protocol.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "proto/wire/command.h"
#include "proto/wire/new_timelines.h"
#include "proto/wire/report.h"
#include "proto/wire/retention_report.h"
#include "proto/wire/times_report.h"
#include "tests/support/digests.h"

namespace walstow {
namespace {

std::string document() {
  std::ifstream file(WALSTOW_SOURCE_DIR "/proto/PROTOCOL.md", std::ios::binary);
  EXPECT_TRUE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The fenced blocks of one language, without their fences.
std::vector<std::string> blocks(const std::string& language) {
  const std::string text = document();
  const std::string fence = "\n```" + language + "\n";
  std::vector<std::string> found;
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
    const std::size_t start = at + fence.size();
    found.push_back(text.substr(start, text.find("\n```\n", start) + 1 - start));
  }
  return found;
}

// The cells of the rows of the table below a heading, without backquotes.
std::vector<std::vector<std::string>> table_below(const std::string& heading) {
  std::istringstream lines(document());
  std::vector<std::vector<std::string>> rows;
  bool here = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) here = line == heading;
    if (!here || !line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) {
      std::erase(cell, '`');
      const std::size_t first = cell.find_first_not_of(' ');
      cells.push_back(first == std::string::npos
                          ? ""
                          : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

TEST(ProtocolDocumentTest, ListsEveryCodeWithItsStatus) {
  std::map<std::string, std::string> documented;
  for (const auto& row : table_below("## Refusals"))
    documented.emplace(row.at(0), row.at(1));
  std::map<std::string, std::string> known;
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    const CodeInfo& info = info_of(static_cast<Code>(i));
    known.emplace(info.text, std::to_string(info.status));
  }
  EXPECT_EQ(documented, known);
}

TEST(ProtocolDocumentTest, ListsEveryField) {
  std::set<std::string> documented;
  for (const auto& row : table_below("## Fields"))
    documented.insert(row.at(0));
  const std::set<std::string> known = {
      std::string(field::kVersion),
      std::string(field::kSystem),
      std::string(field::kSegmentSize),
      std::string(field::kSize),
      std::string(field::kDigest),
      std::string(field::kSha256),
      std::string(field::kArchive),
      std::string(field::kEra),
      std::string(field::kRequest),
      std::string(field::kInstance),
      std::string(field::kSequence),
      std::string(field::kBoot),
      std::string(field::kHost),
      std::string(field::kStandby),
      std::string(field::kRole),
      std::string(field::kLastHanded),
      std::string(field::kRestartpoint),
      std::string(field::kAcceptEncoding),
      std::string(field::kContentEncoding),
      std::string(field::kContentType),
      std::string(field::kCacheControl),
      std::string(field::kExpect),
      std::string(field::kPublicKey),
      std::string(field::kGrants),
      std::string(field::kIfGrants),
      std::string(field::kUntil),
      std::string(field::kFrom),
      std::string(field::kTo),
      std::string(field::kReason),
      std::string(field::kTimeline),
      std::string(field::kStopped),
      std::string(field::kLabel),
      std::string(field::kKeepBackups),
      std::string(field::kKeepDays),
      std::string(field::kBefore),
      std::string(field::kStandbyLimit),
      std::string(field::kFloor),
      std::string(field::kNewTimelines),
      std::string(field::kQuota),
  };
  EXPECT_EQ(documented, known);
}

// Written out again, each sample has the same members: none is missing, none is left over.
TEST(ProtocolDocumentTest, ShowsEveryReport) {
  const std::vector<std::string> samples = blocks("json");
  const auto again = [](std::size_t kind, const std::string& sample) -> std::string {
    switch (kind) {
      case 0:
        return to_json(parse_put_report(sample));
      case 1:
        return to_json(parse_cluster_report(sample));
      case 2:
        return to_json(parse_cluster_summaries(sample));
      case 3:
        return to_json(parse_file_page(sample));
      case 4:
        return to_json(parse_whoami_report(sample));
      case 5:
        return to_json(parse_check_report(sample));
      case 6:
        return to_json(parse_client_reports(sample));
      case 7:
        return to_json(parse_conflict_reports(sample));
      case 8:
        return to_json(parse_hole_page(sample));
      case 9:
        return to_json(parse_verify_page(sample));
      case 10:
        return to_json(parse_set_aside_report(sample));
      case 11:
        return to_json(parse_hold_reports(sample));
      case 12:
        return to_json(parse_backup_reports(sample));
      case 13:
        return to_json(parse_standby_reports(sample));
      case 14:
        return to_json(parse_cluster_policy(sample));
      case 15:
        return to_json(parse_prune_plan(sample));
      case 16:
        return to_json(parse_prune_report(sample));
      case 17:
        return to_json(parse_withdrawn_page(sample));
      case 18:
        return to_json(parse_new_timelines_report(sample));
      case 19:
        return to_json(parse_times_page(sample));
      default:
        return to_json(parse_confirm_report(sample));
    }
  };
  ASSERT_EQ(samples.size(), 21U);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(boost::json::parse(again(i, samples[i])), boost::json::parse(samples[i]))
        << samples[i];
  }
}

// --- the worked example ---

struct Message {
  std::string start;
  Fields fields;
  std::string body;
};

Message message_of(const std::string& block) {
  Message message;
  std::istringstream lines(block);
  std::getline(lines, message.start);
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    const std::size_t colon = line.find(": ");
    EXPECT_NE(colon, std::string::npos) << line;
    message.fields.add(line.substr(0, colon), line.substr(colon + 2));
  }
  message.body = {std::istreambuf_iterator<char>(lines), {}};
  if (const std::string* length = message.fields.find("Content-Length")) {
    EXPECT_EQ(*length, std::to_string(message.body.size())) << block;
  }
  return message;
}

// nullopt, and a failure, unless the message is a request of this protocol.
std::optional<Command> command_of(const Message& message) {
  RequestHead request;
  std::istringstream start(message.start);
  std::string method, version;
  start >> method >> request.target >> version;
  EXPECT_EQ(version, "HTTP/1.1");
  request.method = method == "PUT" ? Method::kPut : Method::kGet;
  EXPECT_EQ(to_string(request.method), method);
  request.fields = message.fields;
  const auto parsed = parse_request(request);
  if (!parsed) {
    ADD_FAILURE() << parsed.error().message;
    return std::nullopt;
  }

  // And it is the one that to_request() makes, but for the framing.
  const Command& command = parsed.value();
  const RequestHead made = to_request(command);
  EXPECT_EQ(made.target, request.target);
  Fields framed = made.fields;
  for (const std::string_view name : {"Host", "Content-Length"}) {
    if (const std::string* value = message.fields.find(name)) framed.set(name, *value);
  }
  EXPECT_EQ(framed.all().size(), message.fields.all().size());
  for (const auto& [name, value] : message.fields.all()) {
    const std::string* made_value = framed.find(name);
    EXPECT_TRUE(made_value != nullptr && *made_value == value) << name << ": " << value;
  }
  return command;
}

ReplyHead reply_of(const Message& message) {
  return {.status = std::stoi(message.start.substr(std::string("HTTP/1.1 ").size())),
          .fields = message.fields};
}

TEST(ProtocolDocumentTest, ExampleIsAnExchange) {
  std::vector<Message> messages;
  for (const std::string& block : blocks("http"))
    messages.push_back(message_of(block));
  ASSERT_EQ(messages.size(), 6U);

  const auto put = command_of(messages[0]);
  ASSERT_TRUE(put && std::holds_alternative<PutFile>(*put));
  const auto& put_file = std::get<PutFile>(*put);
  EXPECT_EQ(put_file.raw_size, messages[0].body.size());
  EXPECT_EQ(put_file.digest, digest_of(messages[0].body));
  EXPECT_EQ(reply_of(messages[1]).status, 201);
  const PutReport report = parse_put_report(messages[1].body);
  EXPECT_EQ(report.name, put_file.file.text());
  EXPECT_EQ(report.digest, to_string(put_file.digest));

  const auto get = command_of(messages[2]);
  ASSERT_TRUE(get && std::holds_alternative<GetFile>(*get));
  EXPECT_EQ(std::get<GetFile>(*get).file, put_file.file);
  const ReplyHead found = reply_of(messages[3]);
  EXPECT_EQ(found.status, 200);
  ASSERT_NE(found.fields.find(field::kDigest), nullptr);
  EXPECT_EQ(parse_digest_field(*found.fields.find(field::kDigest)), put_file.digest);
  EXPECT_EQ(messages[3].body, messages[0].body);

  const auto later = command_of(messages[4]);
  ASSERT_TRUE(later && std::holds_alternative<GetFile>(*later));
  const auto& asked = std::get<GetFile>(*later);
  const auto refusal = parse_refusal(reply_of(messages[5]), messages[5].body);
  ASSERT_TRUE(refusal && refusal->proof);
  EXPECT_EQ(refusal->code, Code::kAbsentEnd);
  EXPECT_TRUE(proves(*refusal->proof, {.cluster = asked.cluster,
                                       .file = asked.file.text(),
                                       .request_id = asked.request_id,
                                       .system_identifier = asked.system_identifier}));
  EXPECT_EQ(refusal->proof->archive, parse_put_report(messages[1].body).archive);
}

}  // namespace
}  // namespace walstow
