// The bytes arrive under no visible name and are checked three times before the rename: by the
// client against the digest in the store's answer, the file's name and the system identifier; and
// here, a segment against its own header. PostgreSQL itself would take another cluster's segment
// for the end of the log.
#include "restorer/file/restore_file.h"

#include <array>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "proto/base/error.h"
#include "proto/wal/segment_header.h"
#include "proto/wal/timeline_history.h"
#include "restorer/file/incoming_file.h"
#include "restorer/file/write_behind.h"

namespace walstow {
namespace {

constexpr const char* kMendHint =
    "If a server still has the file in its pg_wal, put it again from there with walstow-archive: "
    "it replaces the damaged object.";

// Bytes. While a part is fsynced, there is no news of the file, and a call that waits for it waits
// only a moment for news (PrefetchClient::take_ready()).
constexpr std::uint64_t kSyncedAtOnce = std::uint64_t{16} << 20;

constexpr std::uint64_t kProgressBytes = std::uint64_t{1} << 20;

bool has_segment_header(const WalFileName& name) {
  return name.kind() == FileKind::kSegment || name.kind() == FileKind::kPartial;
}

// nullopt: the file is right.
std::optional<std::string> problem_of_segment(ByteView beginning,
                                              const SegmentExpectation& expected) {
  const SegmentHeaderResult result = parse_segment_header(beginning);
  if (!result.header) return fmt::format("it {}", result.problem);
  return check_segment_header(*result.header, expected);
}

void check(const IncomingFile& file, const Got& got, const Question& question) {
  const WalFileName& name = question.get.file;
  std::optional<std::string> problem;
  const auto& asked_size = question.get.segment_size;
  if (has_segment_header(name) && asked_size && file.size() != asked_size->bytes()) {
    problem = fmt::format("it has {} bytes, but the server's segments have {}", file.size(),
                          to_string(*asked_size));
  } else if (file.size() != got.header.raw_size) {
    problem = fmt::format("only {} of {} bytes arrived", file.size(), got.header.raw_size);
  } else if (has_segment_header(name)) {
    problem =
        problem_of_segment(file.beginning(), {.name = name,
                                              .file_size = file.size(),
                                              .system_identifier = got.header.system_identifier});
  }
  if (problem) throw Error(ErrorKind::kDamaged, *problem);
}

StoreAnswer to_answer(Code absence) {
  switch (absence) {
    case Code::kAbsentEnd:
      return StoreAnswer::kAbsentEnd;
    case Code::kAbsentBefore:
      return StoreAnswer::kAbsentBefore;
    case Code::kHole:
      return StoreAnswer::kHole;
    case Code::kPruned:
      return StoreAnswer::kPruned;
    case Code::kHistoryMissing:
      return StoreAnswer::kHistoryMissing;
    default:
      return StoreAnswer::kFailed;  // of a later release: not known to be an absence
  }
}

StoreAnswer to_answer(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout:
      return StoreAnswer::kUnreachable;
    case ErrorKind::kDamaged:
      return StoreAnswer::kDamaged;
    default:
      return StoreAnswer::kFailed;
  }
}

// Another archive at the same place knows nothing about this cluster's past: neither its files nor
// its absences count.
std::optional<Outcome> refuse_other_archive(const Question& question, const std::string& archive) {
  const std::optional<KnownArchive>& known = question.known_archive;
  if (!known || archive == known->id) return std::nullopt;
  return Outcome{
      .answer = StoreAnswer::kFailed,
      .message = fmt::format("the store now has archive {}, but earlier calls used archive {}",
                             archive, known->id),
      .hint = fmt::format("If the archive was replaced on purpose, remove file \"{}\".",
                          known->remembered_in),
      .archive = archive};
}

Fetched finish(const Question& question, const GetDone& done, std::unique_ptr<IncomingFile> file) {
  if (const auto* const absent = std::get_if<Absent>(&done)) {
    const Refusal& refusal = absent->refusal;
    const std::string archive = refusal.proof ? refusal.proof->archive : "";
    if (auto refused = refuse_other_archive(question, archive)) return {*std::move(refused), {}};
    return {{.answer = to_answer(refusal.code),
             .message = refusal.message,
             .hint = refusal.hint,
             .archive = archive},
            {}};
  }
  const Got& got = std::get<Got>(done);
  if (auto refused = refuse_other_archive(question, got.archive)) return {*std::move(refused), {}};
  check(*file, got, question);
  return {{.answer = StoreAnswer::kRestored,
           .message = {},
           .hint = {},
           .archive = got.archive,
           .digest = got.header.digest},
          std::move(file)};
}

Outcome to_outcome(const Error& error) {
  Outcome outcome{.answer = to_answer(error.kind()),
                  .message = error.what(),
                  .hint = error.hint(),
                  .archive = {}};
  // A check knows what is wrong with the bytes, but not their origin; the store itself has a hint.
  if (outcome.answer == StoreAnswer::kDamaged && outcome.hint.empty()) {
    outcome.message = fmt::format("the store sent damaged data: {}", outcome.message);
    outcome.hint = kMendHint;
  }
  return outcome;
}

Fetched ask(const Question& question, FileSystem& folder, StoreClient& store,
            const Patience& patience) {
  auto file = std::make_unique<IncomingFile>(folder);
  const ByteSink to_file = [&](ByteView bytes) {
    if (question.ahead && file->unsynced() >= kSyncedAtOnce) file->sync();
    file->write(bytes);
  };
  std::optional<WriteBehind> behind;
  if (!question.ahead) behind.emplace(to_file);
  if (question.restart_object) question.restart_object();
  std::uint64_t untold = 0;
  const auto tell_progress = [&](std::uint64_t more) {
    untold += more;
    if (!question.progress || untold < kProgressBytes) return;
    untold = 0;
    question.progress();
  };
  const GetSink sink{.raw =
                         [&](ByteView bytes) {
                           behind ? behind->write(bytes) : to_file(bytes);
                           tell_progress(bytes.size());
                         },
                     .restart =
                         [&] {
                           if (behind) behind.emplace(to_file);  // nothing writes any more
                           file->restart();
                           if (question.restart_object) question.restart_object();
                         },
                     .object = question.object};
  const GetDone done = store.get(question.get, sink, patience);
  if (behind) behind->finish();
  return finish(question, done, std::move(file));
}

}  // namespace

Fetched fetch_file(const Question& question, FileSystem& folder, StoreClient& store,
                   const Patience& patience) {
  try {
    return ask(question, folder, store, patience);
  } catch (const Error& error) {
    return {to_outcome(error), {}};
  }
}

void make_durable(Fetched& fetched) {
  if (fetched.file == nullptr) return;
  try {
    fetched.file->sync();
  } catch (const Error& error) {
    fetched = {to_outcome(error), {}};
  }
}

Outcome restore_file(const Question& question, const RestoreTarget& target, StoreClient& store,
                     const Patience& patience) {
  Fetched fetched = fetch_file(question, target.folder, store, patience);
  if (fetched.file == nullptr) return fetched.outcome;
  try {
    if (question.abandoned && question.abandoned()) {
      throw Error(ErrorKind::kFatal, "the server that asked for it has ended");
    }
    fetched.file->publish(target.name);
    return fetched.outcome;
  } catch (const Error& error) {
    return to_outcome(error);
  }
}

LocalCopy find_local_copy(FileSystem& wal_folder, const GetFile& get) {
  try {
    const std::unique_ptr<File> file = wal_folder.open_file(get.file.text());
    if (file == nullptr) return LocalCopy::kNone;
    if (get.file.kind() == FileKind::kHistory) {
      const auto content = read_small_file(wal_folder, get.file.text(), kLargestHistoryFile);
      if (!content) return LocalCopy::kNone;
      const auto result = parse_timeline_history(get.file.timeline(), *content);
      return result.history ? LocalCopy::kGood : LocalCopy::kNone;
    }
    std::array<std::byte, kSegmentHeaderSize> beginning{};
    const std::size_t size = file->read_at(0, beginning);
    const auto problem = problem_of_segment(ByteView(beginning).first(size),
                                            {.name = get.file,
                                             .file_size = file->status().size,
                                             .system_identifier = get.system_identifier});
    return problem ? LocalCopy::kNone : LocalCopy::kGood;
  } catch (const Error&) {
    return LocalCopy::kNone;  // the server cannot read it here either
  }
}

}  // namespace walstow
