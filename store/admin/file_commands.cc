// `walstow list`: the files of a cluster, or what is missing between them.
#include <fmt/format.h>

#include "proto/program/exit_code.h"
#include "store/admin/all_pages.h"
#include "store/admin/commands.h"
#include "store/admin/file_range_options.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

// One page. `era`: the last heading, which carries over from one page to the next.
template <class Report, class ToText>
std::string page_text(const CommandContext& call, const std::vector<Report>& reports,
                      std::string& era, ToText to_text) {
  std::string text;
  for (const Report& report : reports) {
    if (call.json()) {
      text += to_json(report);
      continue;
    }
    if (report.era != era) text += fmt::format("era {}\n", report.era);
    era = report.era;
    text += to_text(report);
  }
  return text;
}

// Asks page by page: an archive's list may be long, but memory is limited. In JSON, each file is a
// line of its own, so that programs can read files as they arrive.
int list_all_files(const CommandContext& call) {
  Client client = call.client();
  ListFiles question{.cluster = call.cluster(), .after = "", .range = range_of(call)};
  std::string era;
  bool more = false;
  do {
    const FilePage page = parse_file_page(client.ask(question, patience()));
    print(page_text(call, page.files, era, file_text));
    more = next_page(question.after, page.next);
  } while (more);
  return exit_code::kDone;
}

int list_all_holes(const CommandContext& call) {
  Client client = call.client();
  ListHoles question{.cluster = call.cluster(), .after = "", .range = range_of(call)};
  std::string era;
  bool found = false, more = false;
  do {
    const HolePage page = parse_hole_page(client.ask(question, long_patience()));
    found = found || !page.holes.empty();
    print(page_text(call, page.holes, era, hole_text));
    more = next_page(question.after, page.next);
  } while (more);
  return found ? exit_code::kMissing : exit_code::kDone;
}

// A withdrawn file no longer belongs to the log.
int list_all_withdrawn(const CommandContext& call) {
  Client client = call.client();
  ListWithdrawn question{.cluster = call.cluster()};
  std::string era;
  bool more = false;
  do {
    const WithdrawnPage page = parse_withdrawn_page(client.ask(question, long_patience()));
    print(page_text(call, page.files, era, withdrawn_text));
    more = next_page(question.page.after, page.next);
  } while (more);
  return exit_code::kDone;
}

int list(const CommandContext& call) {
  if (call.command.flag("withdrawn")) return list_all_withdrawn(call);
  return call.command.flag("holes") ? list_all_holes(call) : list_all_files(call);
}

}  // namespace

std::vector<AdminCommand> file_commands() {
  return {
      {{"list",
        "list the files of a cluster, or the segments that are missing between them",
        {kTimelineOption,
         kFromOption,
         kToOption,
         {"--holes", "", "list the missing segments"},
         {"--withdrawn", "", "list the withdrawn files"}},
        {kOptionalClusterArgument}},
       list},
  };
}

}  // namespace walstow
