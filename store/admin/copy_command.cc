// `walstow copy`: moves an archive, in as many passes as it takes.
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/client/reach.h"
#include "proto/program/exit_code.h"
#include "proto/wire/json_fields.h"
#include "store/admin/archive_options.h"
#include "store/admin/commands.h"
#include "store/admin/progress_line.h"
#include "store/archive/copy_archive.h"

namespace walstow {
namespace {

// Two are enough to keep a folder's disk busy; an S3 service answers many at once.
constexpr std::uint32_t kUsualJobs = 4;

std::string_view to_string(CopyProblem::Kind kind) {
  switch (kind) {
    case CopyProblem::Kind::kRefused:
      return "refused";
    case CopyProblem::Kind::kDamaged:
      return "damaged";
    case CopyProblem::Kind::kForeign:
      return "foreign";
  }
  return "";
}

std::string problem_line(const CommandContext& call, const CopyProblem& problem) {
  if (!call.json()) {
    return fmt::format("{:<11} {}: {}\n", to_string(problem.kind), problem.key, problem.text);
  }
  return to_line(
      {{"kind", to_string(problem.kind)}, {"key", problem.key}, {"problem", problem.text}});
}

std::string summary_line(const CommandContext& call, const CopyResult& result) {
  const CopyCounts& counts = result.counts;
  if (call.json()) {
    return to_line({{"kind", "summary"},
                    {"objects", counts.objects},
                    {"bytes", counts.bytes},
                    {"standing", counts.existing},
                    {"records", counts.records},
                    {"refused", counts.refused},
                    {"damaged", counts.damaged},
                    {"foreign", counts.foreign},
                    {"extra", counts.extra},
                    {"finished", result.finished}});
  }
  std::string text =
      fmt::format("copied {} objects, {}, and {} records; {} objects already existed\n",
                  counts.objects, size_text(counts.bytes), counts.records, counts.existing);
  if (counts.refused + counts.damaged + counts.foreign > 0) {
    text += fmt::format("{} refused, {} damaged, {} foreign\n", counts.refused, counts.damaged,
                        counts.foreign);
  }
  if (counts.extra > 0) {
    text += fmt::format("{} objects at the target no longer exist at the source\n", counts.extra);
  }
  return text;
}

Words finishing_words(const CommandContext& call, const ArchiveLocation& from,
                      const ArchiveLocation& to) {
  Words words{"copy", "--finish"};
  if (const std::string jobs = call.command.option("jobs"); !jobs.empty()) {
    words.insert(words.end(), {"--jobs", jobs});
  }
  if (const std::string file = call.command.option("walstowd-config"); !file.empty()) {
    words.insert(words.end(), {"--walstowd-config", absolute_path(file)});
  }
  for (const ArchiveLocation* const place : {&from, &to})
    words.push_back(place->s3 ? place->name : absolute_path(place->name));
  return words;
}

std::string next_line(const CommandContext& call, const CopyResult& result,
                      const ArchiveLocation& from, const ArchiveLocation& to) {
  if (result.finished) {
    return fmt::format("\"{}\" is the archive now; \"{}\" no longer is one\n", to.name, from.name);
  }
  return fmt::format(
      "\"{}\" is not an archive yet\nNext: repeat the command until it copies little that is new. "
      "Then stop the programs\nthat use \"{}\", and run: {}\n",
      to.name, from.name, complete_command(call.reach(), finishing_words(call, from, to)));
}

int copy(const CommandContext& call) {
  const ArchiveLocation from = location_argument(call, "FROM");
  const ArchiveLocation to = location_argument(call, "TO");
  const std::uint32_t jobs = call.jobs().value_or(kUsualJobs);
  become_owner_of(from);
  become_owner_of(to);
  const auto source = open_backend(from);
  const auto target = begin_archive(to);
  ProgressLine line;
  if (line.is_shown()) {
    const CopySize size = size_of_copy(*source);
    line.expect(size.objects, size.bytes);
  }
  const CopyOptions options{
      .pass = call.command.flag("finish") ? CopyOptions::Pass::kFinish : CopyOptions::Pass::kCopy,
      .jobs = jobs,
      .on_progress =
          [&](const CopyCounts& counts) {
            line.show(counts.objects + counts.existing, counts.bytes + counts.existing_bytes);
          },
      .on_problem =
          [&](const CopyProblem& problem) {
            line.clear();
            print(problem_line(call, problem));
          }};
  const CopyResult result = copy_archive(*source, *target, options);
  line.clear();
  print(summary_line(call, result));
  if (result.counts.refused > 0) {
    log_line(LogLevel::kWarning,
             fmt::format("{} objects have other bytes at the target", result.counts.refused),
             "Nothing was replaced. The source's object is the right one if it was completed since "
             "the last pass, or if an administrator has accepted another version at the source. "
             "Then remove the target's object, and copy again.");
    return exit_code::kFailed;
  }
  if (!call.json()) print(next_line(call, result, from, to));
  return result.counts.damaged > 0 ? exit_code::kDamaged : exit_code::kDone;
}

}  // namespace

std::vector<AdminCommand> copy_commands() {
  return {
      {{"copy",
        "copy an archive to another folder or bucket; a later copy adds new objects; --finish "
        "moves the archive there",
        {{"--finish", "",
          "make TO the archive instead of FROM; use it when no program uses FROM any more"},
         {"--jobs", "N", "number of objects to copy in parallel (default: 4)"},
         kWalstowdConfigOption},
        {{.name = "FROM",
          .help = "the archive's folder, or s3://BUCKET/PREFIX",
          .type = ValueType::kFolder},
         {.name = "TO",
          .help = "an empty or new folder, or s3://BUCKET/PREFIX; or the target of an earlier copy",
          .type = ValueType::kFolder}}},
       copy},
  };
}

}  // namespace walstow
