#include "store/admin/transfer.h"

#include <exception>
#include <fmt/format.h>
#include <limits>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/program/exit_code.h"
#include "proto/program/stop_signal.h"
#include "proto/wire/json_fields.h"
#include "store/admin/all_pages.h"
#include "store/admin/file_range_options.h"
#include "store/admin/import/ordered_work.h"
#include "store/admin/import_target.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

// A terminal shows so many files of each kind of finding, and so many holes.
constexpr std::size_t kMostShown = 20;

std::size_t shown_of_each_kind() {
  return isatty(STDOUT_FILENO) == 1 ? kMostShown : std::numeric_limits<std::size_t>::max();
}

std::string text_of(const HoleReport& hole) {
  return hole.count == 1 ? fmt::format("  {}\n", hole.first)
                         : fmt::format("  {} to {}\n", hole.first, hole.last);
}

}  // namespace

void explain_uncertain(const Findings& findings) {
  if (findings.count(Finding::Kind::kPerhapsUnfinished) > 0) {
    log_line(LogLevel::kWarning, "a segment that may be unfinished was left out",
             "Another server of the cluster may have it whole: run \"walstow backfill\" there. If "
             "there is no other server, a recovery can still use the segment: copy it into the "
             "pg_wal of the recovered data directory.");
  }
  if (findings.count(Finding::Kind::kNoHistory) > 0) {
    log_line(LogLevel::kWarning, "segments without the history of their timeline were left out",
             "Get the .history file from the archive or from another server into the same folder, "
             "and run this command again.");
  }
}

Transfer::Transfer(const CommandContext& call)
    : call_(call),
      range_(range_of(call)),
      jobs_(call.jobs().value_or(
          static_cast<std::uint32_t>(call.settings.count("archive_connections")))),
      is_dry_(call.command.flag("dry-run")),
      clients_(jobs_),
      findings_(shown_of_each_kind()) {}

ImportTarget Transfer::begin() {
  ImportTarget target{.cluster = call_.cluster(), .system = {}};
  require_valid(ClusterStatus{target.cluster});
  if (call_.settings.text("compress") == "client") target.encoding = Encoding::kZstd;
  catch_stop_signals();
  require_archive_right(client(), target.cluster);
  return target;
}

int Transfer::run(const TransferPlan& plan) {
  std::vector<FoundFile> selected;
  std::uint64_t bytes = 0;
  for (const FoundFile& found : plan.files) {
    if (!range_.holds(found.file.text())) continue;
    selected.push_back(found);
    bytes += found.size;
  }
  line_.expect(selected.size(), bytes);
  const std::vector<ImportUnit> units = units_of(selected);
  const OrderedResult result =
      run_in_order({.count = units.size(),
                    .threads = jobs_,
                    .work = [&](std::size_t item,
                                std::size_t thread) { transfer_unit(plan, units[item], thread); },
                    .is_alone =
                        [&units](std::size_t item) {
                          const FileKind kind = units[item].files.front().file.kind();
                          return kind == FileKind::kHistory || kind == FileKind::kBackup;
                        },
                    .stop = is_stopped});

  const std::string next =
      result.first_left == units.size() ? "" : units[result.first_left].files.front().file.text();
  line_.clear();
  show_summary(next);
  if (next.empty() && !is_dry_) show_holes(plan.target.cluster);
  if (plan.explain) plan.explain(findings_);
  show_way_on(plan, next, result.failure != nullptr);
  if (result.failure) std::rethrow_exception(result.failure);
  end_by_stop_signal();
  return findings_.losses() > 0 ? exit_code::kLeftOut : exit_code::kDone;
}

Client& Transfer::client_of(std::size_t thread) {
  auto& client = clients_[thread];
  if (client == nullptr) client = std::make_unique<Client>(call_.client());
  return *client;
}

void Transfer::transfer_unit(const TransferPlan& plan, const ImportUnit& unit, std::size_t thread) {
  Selection selection;
  const auto select = [&] { selection = plan.select(unit); };
  if (is_dry_) {
    select();
  } else {
    client_of(thread).connect_beside(select, long_patience());
  }
  report(std::move(selection.findings));
  for (SoundFile& file : selection.files) {
    if (is_dry_) {
      would_put(file);
    } else {
      put(plan.target, file, client_of(thread));
    }
  }
  const std::lock_guard lock(reporting_);
  counts_.duplicates += selection.duplicates;
  counts_.files += unit.files.size();
  for (const FoundFile& found : unit.files)
    counts_.read_bytes += found.size;
  line_.show(counts_.files, counts_.read_bytes);
}

void Transfer::would_put(const SoundFile& file) {
  const std::lock_guard lock(reporting_);
  ++counts_.put;
  counts_.put_bytes += file.size;
  line_.clear();
  const FoundFile& found = *file.found;
  print(call_.json()
            ? to_line({{"kind", "would-put"},
                       {"path", escaped_text(found.path)},
                       {"file", found.file.text()},
                       {"bytes", file.size}})
            : fmt::format("would put {} from {}\n", found.file.text(), escaped(found.path)));
}

void Transfer::put(const ImportTarget& target, SoundFile& file, StoreClient& store) {
  ImportResult result = put_file(file, target, store, long_patience());
  report(std::move(result.findings));
  if (!result.done) return;
  const std::lock_guard lock(reporting_);
  if (result.done->result == PutResult::kExisted) {
    ++counts_.existed;
    return;
  }
  ++counts_.put;
  counts_.put_bytes += file.size;
}

void Transfer::report(std::vector<Finding> findings) {
  const std::lock_guard lock(reporting_);
  for (Finding& finding : findings) {
    if (call_.json()) {
      line_.clear();
      print(to_json(finding));
    }
    findings_.add(std::move(finding));
  }
}

void Transfer::show_summary(const std::string& next) {
  if (call_.json()) {
    print(to_line({{"kind", "summary"},
                   {"files", counts_.files},
                   {"put", counts_.put},
                   {"put_bytes", counts_.put_bytes},
                   {"existed", counts_.existed},
                   {"duplicates", counts_.duplicates},
                   {"left_out", findings_.losses()},
                   {"not_wal", findings_.count(Finding::Kind::kNotWal)},
                   {"superseded", findings_.count(Finding::Kind::kSuperseded)},
                   {"incomplete", findings_.count(Finding::Kind::kIncomplete)},
                   {"warnings", findings_.count(Finding::Kind::kWarning)},
                   {"next", next}}));
    return;
  }
  std::string text =
      fmt::format("{} {} of {} files, {}, in {}", is_dry_ ? "would put" : "put", counts_.put,
                  counts_.files, size_text(counts_.put_bytes), duration_text(line_.elapsed()));
  if (!is_dry_) text += fmt::format("; the store already had {}", counts_.existed);
  if (counts_.duplicates > 0) text += fmt::format("; {} are there twice", counts_.duplicates);
  print(fmt::format("{}\n{}", text, findings_.text()), call_.reach());
}

void Transfer::show_holes(const std::string& cluster) {
  ListHoles question{.cluster = cluster, .after = "", .range = {}};
  std::uint64_t missing = 0;
  std::string names;
  std::size_t shown = 0;
  bool more = false;
  try {
    do {
      const HolePage page = parse_hole_page(client_of(0).ask(question, long_patience()));
      for (const HoleReport& hole : page.holes) {
        missing += hole.count;
        if (++shown <= kMostShown) names += text_of(hole);
      }
      more = next_page(question.after, page.next);
    } while (more);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kRefused) throw;
    log_line(LogLevel::kInfo, fmt::format("the archive's holes are unknown: {}", error.what()));
    return;
  }
  if (call_.json()) {
    print(to_line({{"kind", "holes"}, {"missing", missing}}));
  } else if (missing == 0) {
    print("no segment is missing between the first and the last one of the archive\n");
  } else {
    print(fmt::format(
        "{} {} missing between the first and the last one of the archive; to list them: {}\n{}",
        counted(missing, "segment"), missing == 1 ? "is" : "are",
        complete_command(call_.reach(), {"list", cluster, "--holes"}), names));
  }
}

void Transfer::show_way_on(const TransferPlan& plan, const std::string& next, bool has_failed) {
  if (next.empty()) return;
  Words words = plan.command;
  if (call_.json()) words.insert(words.end(), {"--output", "json"});
  if (is_dry_) words.push_back("--dry-run");
  for (const std::string_view name : {"system", "timeline", "to", "jobs"}) {
    const std::string value = call_.command.option(name);
    if (!value.empty()) words.insert(words.end(), {fmt::format("--{}", name), value});
  }
  words.insert(words.end(), {"--from", next});
  log_line(LogLevel::kWarning,
           fmt::format("the {} {} before all files were put", plan.name,
                       has_failed ? "ended" : "was stopped"),
           fmt::format("Continue with: {}", complete_command(call_.reach(), words)));
}

}  // namespace walstow
