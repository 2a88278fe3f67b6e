#include "store/admin/get_range.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <unistd.h>
#include <variant>

#include "proto/base/buffer.h"
#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/client/file_check.h"
#include "proto/program/exit_code.h"
#include "proto/program/stop_signal.h"
#include "proto/wire/json_fields.h"
#include "store/admin/all_pages.h"
#include "store/admin/file_range_options.h"
#include "store/admin/import/ordered_work.h"
#include "store/admin/log/fetched_file.h"
#include "store/admin/log/segment_range.h"
#include "store/admin/log/ustar.h"
#include "store/admin/progress_line.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

constexpr std::uint32_t kRangeJobs = 2;

std::unique_ptr<FileSystem> open_target(const std::string& path) {
  // Root may fill the pg_wal of a server, which must be able to read and remove the files.
  if (auto folder = open_posix_file_system(path, {.as_folder_owner = true})) return folder;
  throw Error(ErrorKind::kUsage, fmt::format("there is no folder \"{}\"", path));
}

// A tar's files wait here until they are complete.
std::unique_ptr<FileSystem> open_temporary_folder() {
  const char* const given = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
  return open_target(given == nullptr || *given == '\0' ? "/tmp" : given);
}

class RangeGet {
 public:
  explicit RangeGet(const CommandContext& call)
      : call_(call),
        cluster_(call.valid_cluster()),
        jobs_(call.jobs().value_or(kRangeJobs)),
        clients_(jobs_) {}

  int run();

 private:
  void find_range();
  void find_histories(const std::vector<LogPart>& parts);
  void find_segments(const LogPart& part);
  std::set<std::string> stored_names(const FileRange& range);
  int refuse_missing();
  void warn_of_missing() const;
  void warn_of_histories() const;

  void write_folder();
  void examine_existing(FileSystem& folder);
  void get_into(FileSystem& folder, const WalFileName& file, std::size_t thread);
  void write_tar();
  void for_each(const std::vector<WalFileName>& files,
                const std::function<void(const WalFileName&, std::size_t)>& work);

  std::variant<FetchedFile, Absent> fetch_named(FileSystem& folder, Client& client,
                                                const WalFileName& file) const;
  FetchedFile fetch(FileSystem& folder, const WalFileName& file, std::size_t thread);
  GetFile question(const WalFileName& file) const;
  Client& client_of(std::size_t thread);
  void note_done(std::uint64_t bytes);
  void print_summary() const;

  const CommandContext& call_;
  const std::string cluster_;
  const std::uint32_t jobs_;
  std::vector<std::unique_ptr<Client>> clients_;  // one for each thread, once it needs one
  std::string archive_;
  EraName era_;
  std::optional<SegmentSize> size_;
  std::vector<WalFileName> files_;    // histories, then segments
  std::vector<WalFileName> missing_;  // segments of the range
  std::vector<WalFileName> missing_histories_;
  std::vector<WalFileName> wanted_;  // those of `files_` that are not in the folder
  ProgressLine line_;
  std::mutex counting_;
  std::uint64_t done_files_ = 0, done_bytes_ = 0;  // guarded by counting_
};

Client& RangeGet::client_of(std::size_t thread) {
  auto& client = clients_[thread];
  if (client == nullptr) client = std::make_unique<Client>(call_.client());
  return *client;
}

GetFile RangeGet::question(const WalFileName& file) const {
  return {.cluster = cluster_,
          .file = file,
          .system_identifier = era_.system_identifier,
          .segment_size = size_};
}

// --- what there is ---

std::set<std::string> RangeGet::stored_names(const FileRange& range) {
  std::set<std::string> names;
  ListFiles list{.cluster = cluster_, .after = "", .range = range};
  bool more = false;
  do {
    const FilePage page = parse_file_page(client_of(0).ask(list, long_patience()));
    for (const FileEntry& file : page.files)
      if (file.era == to_string(era_)) names.insert(file.name);
    more = next_page(list.after, page.next);
  } while (more);
  return names;
}

void RangeGet::find_histories(const std::vector<LogPart>& parts) {
  for (const LogPart& part : parts) {
    if (part.timeline == Timeline{1}) continue;
    const auto history = WalFileName::history(part.timeline);
    const bool is_there = !stored_names({.timeline = {}, .from = history, .to = history}).empty();
    (is_there ? files_ : missing_histories_).push_back(history);
  }
}

void RangeGet::find_segments(const LogPart& part) {
  const auto name = [&](std::uint64_t number) {
    return WalFileName::segment(part.timeline, SegmentNumber{number}, *size_);
  };
  const auto stored = stored_names(
      {.timeline = part.timeline, .from = name(part.first.value), .to = name(part.last.value)});
  for (std::uint64_t number = part.first.value; number <= part.last.value; ++number) {
    WalFileName segment = name(number);
    const bool is_there = stored.contains(segment.text());
    (is_there ? files_ : missing_).push_back(std::move(segment));
  }
}

void RangeGet::find_range() {
  const ClusterReport report =
      parse_cluster_report(client_of(0).ask(ClusterStatus{cluster_}, long_patience()));
  if (report.eras.empty()) {
    throw Error(ErrorKind::kRefused, fmt::format("cluster \"{}\" has no files", cluster_));
  }
  archive_ = report.archive;
  const EraReport& era = report.eras.back();
  size_ = segment_size_in(era);
  era_ = parse_era_name(era.era).value();
  const auto parts = parts_between(era, {.from = call_.command.positional("FILE"),
                                         .to = call_.command.positional("PATH"),
                                         .timeline = timeline_option(call_)});
  find_histories(parts);
  for (const LogPart& part : parts)
    find_segments(part);
}

// Only the store knows why a segment is not there: pruned, a hole, or never archived.
int RangeGet::refuse_missing() {
  const WalFileName& first = missing_.front();
  std::string reason = fmt::format("\"{}\" is not in cluster \"{}\"", first.text(), cluster_);
  std::string hint;
  const GetSink nowhere{.raw = [](ByteView) {}, .restart = [] {}, .object = {}};
  const GetDone done = client_of(0).get(question(first), nowhere, long_patience());
  if (const auto* const absent = std::get_if<Absent>(&done)) {
    reason = absent->refusal.message;
    hint = absent->refusal.hint;
  }
  const std::string count = missing_.size() == 1 ? std::string("a segment of the range is missing")
                                                 : fmt::format("{} of the range are missing",
                                                               counted(missing_.size(), "segment"));
  log_line(LogLevel::kError, fmt::format("{}, and nothing was written: {}", count, reason),
           hint.empty() ? "--allow-holes gets the rest." : hint);
  return exit_code::kFailed;
}

void RangeGet::warn_of_missing() const {
  if (missing_.empty()) return;
  log_line(LogLevel::kWarning,
           fmt::format("the range lacks {}, the first one is \"{}\"",
                       counted(missing_.size(), "segment"), missing_.front().text()));
}

void RangeGet::warn_of_histories() const {
  for (const WalFileName& history : missing_histories_) {
    log_line(LogLevel::kWarning,
             fmt::format("\"{}\" is not in cluster \"{}\", so the range may lack the log before "
                         "timeline {}",
                         history.text(), cluster_, history.timeline().value),
             "No server follows the timeline without this file. Archive it from the pg_wal of a "
             "server that has it.");
  }
}

// --- getting it ---

void RangeGet::note_done(std::uint64_t bytes) {
  const std::lock_guard lock(counting_);
  ++done_files_;
  done_bytes_ += bytes;
  line_.show(done_files_, done_bytes_);
}

// An error about one object names its file.
std::variant<FetchedFile, Absent> RangeGet::fetch_named(FileSystem& folder, Client& client,
                                                        const WalFileName& file) const {
  try {
    return fetch_into(folder, client, question(file), long_patience());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kFatal || error.kind() == ErrorKind::kUsage) throw;
    throw Error(error.kind(), fmt::format("could not get \"{}\": {}", file.text(), error.what()),
                error.hint());
  }
}

FetchedFile RangeGet::fetch(FileSystem& folder, const WalFileName& file, std::size_t thread) {
  auto result = fetch_named(folder, client_of(thread), file);
  if (const auto* const absent = std::get_if<Absent>(&result)) throw to_error(absent->refusal);
  auto& fetched = std::get<FetchedFile>(result);
  if (fetched.archive == archive_) return std::move(fetched);
  throw Error(ErrorKind::kUnavailable,
              fmt::format("the store now has archive {}, but earlier answers came from archive {}",
                          escaped(fetched.archive), escaped(archive_)));
}

void RangeGet::for_each(const std::vector<WalFileName>& files,
                        const std::function<void(const WalFileName&, std::size_t)>& work) {
  const OrderedResult result = run_in_order(
      {.count = files.size(),
       .threads = jobs_,
       .work = [&](std::size_t item, std::size_t thread) { work(files[item], thread); },
       .is_alone = [](std::size_t) { return false; },
       .stop = [] { return is_stopped(); }});
  if (result.failure) std::rethrow_exception(result.failure);
}

// The store alone has the digests, so an existing file is compared with a fetched one.
void RangeGet::examine_existing(FileSystem& folder) {
  std::vector<WalFileName> existing;
  for (const WalFileName& file : files_)
    (folder.status(file.text()) ? existing : wanted_).push_back(file);
  for_each(existing, [&](const WalFileName& file, std::size_t thread) {
    FetchedFile fetched = fetch(folder, file, thread);
    const auto present = folder.open_file(file.text());
    const auto digest = [&](FileContent& content) {
      return read_through(content, fetched.size).digest;
    };
    if (present == nullptr || present->status().size != fetched.size ||
        digest(*present) != digest(*fetched.file)) {
      throw Error(ErrorKind::kRefused,
                  fmt::format("file \"{}\" exists, and differs from the file in the archive",
                              folder.describe(file.text())),
                  "Nothing was written. Give another folder, or move that file away.");
    }
    note_done(fetched.size);
  });
}

void RangeGet::get_into(FileSystem& folder, const WalFileName& file, std::size_t thread) {
  FetchedFile fetched = fetch(folder, file, thread);
  if (publish(folder, fetched, file.text()) == LinkResult::kExists) {
    throw Error(ErrorKind::kRefused, fmt::format("another program wrote file \"{}\" meanwhile",
                                                 folder.describe(file.text())));
  }
  note_done(fetched.size);
}

void RangeGet::write_folder() {
  const auto folder = open_target(call_.command.option("into"));
  catch_stop_signals();
  examine_existing(*folder);
  for_each(wanted_,
           [&](const WalFileName& file, std::size_t thread) { get_into(*folder, file, thread); });
  folder->sync_folder(".");
  line_.clear();
  end_by_stop_signal();
  print_summary();
}

void print_content(File& file, std::uint64_t size) {
  Buffer chunk(kChunkSize);
  for (std::uint64_t offset = 0; offset < size;) {
    const std::size_t read = file.read_at(offset, chunk);
    if (read == 0) throw Error(ErrorKind::kStorage, "a temporary file has become shorter");
    print(std::string(as_text(chunk.first(read))));
    offset += read;
  }
}

// A file's bytes can be trusted only once all of them have arrived.
void RangeGet::write_tar() {
  const auto folder = open_temporary_folder();
  for (const WalFileName& file : files_) {
    FetchedFile fetched = fetch(*folder, file, 0);
    print(tar_header({.name = file.text(),
                      .size = fetched.size,
                      .user = geteuid(),
                      .group = getegid(),
                      .modified = std::chrono::system_clock::now()}));
    print_content(*fetched.file, fetched.size);
    print(tar_padding(fetched.size));
    note_done(fetched.size);
  }
  print(tar_end());
}

void RangeGet::print_summary() const {
  const std::size_t existing = files_.size() - wanted_.size();
  if (call_.json()) {
    print(to_line({{"files", wanted_.size()},
                   {"existing", existing},
                   {"missing", missing_.size()},
                   {"missing_histories", missing_histories_.size()},
                   {"bytes", done_bytes_}}));
    return;
  }
  print(fmt::format("wrote {}, {} existed already; {} in all\n", counted(wanted_.size(), "file"),
                    existing, size_text(done_bytes_)));
}

int RangeGet::run() {
  find_range();
  if (!missing_.empty() && !call_.command.flag("allow-holes")) return refuse_missing();
  if (line_.is_shown()) line_.expect(files_.size(), files_.size() * size_->bytes());
  if (call_.command.flag("tar")) {
    write_tar();
  } else {
    write_folder();
  }
  line_.clear();
  warn_of_missing();
  warn_of_histories();
  return missing_histories_.empty() ? exit_code::kDone : exit_code::kFailed;
}

}  // namespace

bool is_range(const CommandContext& call) {
  return call.command.flag("tar") || call.command.flag("into");
}

int get_range(const CommandContext& call) {
  if (call.command.flag("tar") && call.command.flag("into")) {
    throw Error(ErrorKind::kUsage, "--into and --tar exclude each other");
  }
  if (call.command.flag("tar") && isatty(STDOUT_FILENO) == 1) {
    throw Error(ErrorKind::kUsage, "standard output is a terminal",
                "Redirect it to a file or to tar.");
  }
  return RangeGet(call).run();
}

}  // namespace walstow
