#include "store/admin/file_commands.h"

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/program/exit_code.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

std::optional<Timeline> timeline_option(const CommandContext& call) {
  const std::string text = call.command.option("timeline");
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text);
  if (!number || *number == 0 || *number > UINT32_MAX) {
    throw Error(ErrorKind::kUsage, "\"" + text + "\" is no timeline", "Give its number: 1, 2, ...");
  }
  return Timeline{static_cast<std::uint32_t>(*number)};
}

std::optional<WalFileName> file_option(const CommandContext& call, std::string_view name) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  auto file = WalFileName::parse(text);
  if (file) return file;
  throw Error(ErrorKind::kUsage, "\"" + escaped(text) + "\" is not the name of a WAL file",
              "Names look like 000000010000000A000000FF or 00000002.history.");
}

// Page by page: an archive's list may be long, memory is not. As JSON each file is a line of its
// own, so that a program can read them as they come, too.
int list_all_files(const CommandContext& call) {
  Client client = call.client();
  ListFiles question{.cluster = call.cluster(), .after = "", .range = range_of(call)};
  std::string era;
  do {
    const FilePage page = parse_file_page(client.ask(question, patience()));
    std::string text;
    for (const FileEntry& file : page.files) {
      if (call.json()) {
        text += to_json(file);
        continue;
      }
      if (file.era != era) text += "era " + file.era + "\n";
      era = file.era;
      text += file_text(file);
    }
    print(text);
    question.after = page.next;
  } while (!question.after.empty());
  return exit_code::kDone;
}

int list_all_holes(const CommandContext& call) {
  Client client = call.client();
  ListHoles question{.cluster = call.cluster(), .after = "", .range = range_of(call)};
  std::string era;
  bool found = false;
  do {
    const HolePage page = parse_hole_page(client.ask(question, long_patience()));
    std::string text;
    found = found || !page.holes.empty();
    for (const HoleReport& hole : page.holes) {
      if (call.json()) {
        text += to_json(hole);
        continue;
      }
      if (hole.era != era) text += "era " + hole.era + "\n";
      era = hole.era;
      text += hole_text(hole);
    }
    print(text);
    question.after = page.next;
  } while (!question.after.empty());
  return found ? exit_code::kMissing : exit_code::kDone;
}

int list(const CommandContext& call) {
  return call.command.flag("holes") ? list_all_holes(call) : list_all_files(call);
}

constexpr Option kTimeline{"--timeline", "NUMBER", "only what is of this timeline"};
constexpr Option kFrom{"--from", "FILE", "only from this file on"};
constexpr Option kTo{"--to", "FILE", "only up to this file"};

}  // namespace

FileRange range_of(const CommandContext& call) {
  return {.timeline = timeline_option(call),
          .from = file_option(call, "from"),
          .to = file_option(call, "to")};
}

std::vector<AdminCommand> file_commands() {
  constexpr Positional kCluster{"CLUSTER", "the cluster's name", Positional::Count::kOptional};
  return {
      {{"list",
        "list files, or what is missing between them",
        {kTimeline, kFrom, kTo, {"--holes", "", "list the segments that are missing"}},
        {kCluster}},
       list},
      {{"verify",
        "read back what is stored, and report what is damaged, missing or foreign",
        {{"--deep", "", "also unfold it: the file's digest, and the log in it"},
         kTimeline,
         kFrom,
         kTo,
         {"--since", "TIME", "only what was put since: 2026-11-22T19:40:00Z, or 7d ago"},
         {"--jobs", "N", "so many objects at once, at the store"},
         {"--rate-limit", "SIZE", "so many bytes a second at most, as stored: 50MB"},
         {"--resume", "PLACE", "go on where an earlier run has ended"},
         {"--set-aside", "", "take what is damaged out of the way, where that makes a hole"},
         {"-y,--yes", "", "do not ask before that"}},
        {kCluster}},
       verify},
  };
}

}  // namespace walstow
