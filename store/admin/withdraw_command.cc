// `walstow withdraw`: shows the version that has the name, asks, and has the store take it away; or
// returns it.
#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/program/exit_code.h"
#include "store/admin/commands.h"
#include "store/admin/confirmation.h"
#include "store/admin/report_text.h"

namespace walstow {
namespace {

struct Asked {
  std::string cluster, name, digest;  // the first digits of the digest; "": there is only one
};

bool is_withdrawn(const WithdrawnReport& report) {
  return report.state != "standing";
}

Error none_of_them(const Asked& asked, const std::string& what) {
  return {ErrorKind::kRefused,
          fmt::format("cluster {} has no {} \"{}\"{}", asked.cluster, what, escaped(asked.name),
                      asked.digest.empty() ? ""
                                           : fmt::format(" with a digest that begins with {}",
                                                         escaped(asked.digest))),
          fmt::format("{} shows the names of files, and {} those of withdrawn files.",
                      suggestion({"list", asked.cluster}),
                      suggestion({"list", asked.cluster, "--withdrawn"}))};
}

// The one version that `fits` accepts. Throws if there is none, or more than one.
template <class Fits>
WithdrawnReport chosen(const Asked& asked, const WithdrawnPage& page, const std::string& what,
                       Fits fits) {
  const WithdrawnReport* found = nullptr;
  for (const WithdrawnReport& report : page.files) {
    if (!fits(report) || !report.digest.starts_with(asked.digest)) continue;
    if (found != nullptr) {
      throw Error(ErrorKind::kRefused,
                  fmt::format("there are several versions of \"{}\": {} and {}", asked.name,
                              found->digest, report.digest),
                  "Select one with --digest.");
    }
    found = &report;
  }
  if (found == nullptr) throw none_of_them(asked, what);
  return *found;
}

// What PostgreSQL will do then.
std::string consequence(const WithdrawnReport& report) {
  const auto stored = WalFileName::parse(report.name);
  if (stored && stored->kind() == FileKind::kHistory)
    return "No server follows its timeline any more.";
  if (!stored || stored->kind() != FileKind::kSegment) return {};
  return report.followed
             ? "Later files of its timeline exist, so it becomes a hole: a recovery stops there."
             : "No later file of its timeline exists: a recovery ends before it, and opens the "
               "database.";
}

void print_report(const CommandContext& call, const WithdrawnReport& report) {
  print(call.json() ? to_json(report) : withdrawn_text(report), call.reach());
}

Digest digest_of_report(const WithdrawnReport& report) {
  const auto digest = parse_digest(report.digest);
  if (digest) return *digest;
  throw Error(ErrorKind::kUnavailable, "the store's answer names a file without a digest");
}

WithdrawnReport only_file(const std::string& answer) {
  WithdrawnPage page = parse_withdrawn_page(answer);
  if (page.files.size() == 1) return std::move(page.files.front());
  throw Error(ErrorKind::kUnavailable, "the store did not report the state of the file");
}

int undo(const CommandContext& call, const Asked& asked) {
  Client client = call.client();
  const WithdrawnPage page = parse_withdrawn_page(
      client.ask(ListWithdrawn{.cluster = asked.cluster, .name = asked.name}, patience()));
  const WithdrawnReport report = chosen(asked, page, "withdrawn file", is_withdrawn);
  const ReturnFile back{asked.cluster, asked.name, digest_of_report(report)};
  const WithdrawnReport done = only_file(client.ask(back, long_patience()));
  print_report(call, done);
  if (done.state == "lost") {
    log_line(LogLevel::kWarning,
             fmt::format("\"{}\" can be put again, but its object is not below \"_aside\" any more",
                         asked.name),
             "Archive it again, from its server's pg_wal or from a copy.");
  }
  return exit_code::kDone;
}

// This deletes what an undo would need.
int purge(const CommandContext& call, const Asked& asked) {
  Client client = call.client();
  const WithdrawnPage page = parse_withdrawn_page(
      client.ask(ListWithdrawn{.cluster = asked.cluster, .name = asked.name}, patience()));
  const WithdrawnReport report = chosen(asked, page, "withdrawn file", is_withdrawn);
  if (!call.json()) print_report(call, report);
  if (!confirmed(call, "This cannot be undone. Delete it permanently?",
                 "a purge deletes the file permanently", "Give --yes.")) {
    print("nothing was removed\n");
    return exit_code::kFailed;
  }
  const PurgeFile order{asked.cluster, asked.name, digest_of_report(report)};
  print_report(call, only_file(client.ask(order, long_patience())));
  return exit_code::kDone;
}

int withdraw(const CommandContext& call) {
  const Asked asked{call.command.positional("CLUSTER"), call.command.positional("FILE"),
                    call.command.option("digest")};
  if (call.command.flag("undo") && call.command.flag("purge")) {
    throw Error(ErrorKind::kUsage, "--undo and --purge cannot be combined",
                "--undo returns the file, --purge deletes it permanently.");
  }
  if (call.command.flag("undo")) return undo(call, asked);
  if (call.command.flag("purge")) return purge(call, asked);
  const std::string reason = call.command.option("reason");
  if (reason.empty()) {
    throw Error(ErrorKind::kUsage, "a withdrawal needs a reason",
                "Give --reason TEXT: a server that puts the file again receives this text.");
  }
  WithdrawFile order{asked.cluster, asked.name, {}, reason};
  require_valid(order);
  Client client = call.client();
  const WithdrawnPage page = parse_withdrawn_page(
      client.ask(ListWithdrawn{.cluster = asked.cluster, .name = asked.name}, patience()));
  // An interrupted withdrawal is completed. If nothing has the name any more, it was completed
  // before.
  const bool exists = std::ranges::any_of(page.files, [](const WithdrawnReport& report) {
    return report.state == "standing" || report.state == "unfinished";
  });
  const WithdrawnReport report = chosen(asked, page, "file", [exists](const WithdrawnReport& one) {
    return !exists || one.state == "standing" || one.state == "unfinished";
  });
  if (report.state == "standing") {
    if (!call.json()) print_report(call, report);
    const std::string question = fmt::format("{} Withdraw it?", consequence(report));
    if (!confirmed(call, question.substr(question.find_first_not_of(' ')),
                   "a withdrawn file is missing for every server that needs it", "Give --yes.")) {
      print("nothing was withdrawn\n");
      return exit_code::kFailed;
    }
  }
  order.digest = digest_of_report(report);
  print_report(call, only_file(client.ask(order, long_patience())));
  return exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> withdraw_commands() {
  return {{{"withdraw",
            "withdraw a file that does not belong to the log, or return it",
            {{"--reason", "TEXT",
              "the reason; shown when the file is listed, and when it is put again"},
             {"--digest", "DIGEST", "the digest of the version, if the name has had several"},
             {"--undo", "", "give the file its name back, and accept it again"},
             {"--purge", "", "permanently delete a withdrawn file"},
             {"-y,--yes", "", "do not ask"}},
            {kClusterArgument, {"FILE", "the file, as \"walstow list\" shows it"}}},
           withdraw}};
}

}  // namespace walstow
