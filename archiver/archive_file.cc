// The file is read twice. The first pass computes its digest, which goes into the head of the
// request, while the connection is made. The second pass sends the file, out of the page cache.
// With that digest, the store detects every change in between, and every transfer error, before it
// promises anything.
#include "archiver/archive_file.h"

#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/parallel.h"
#include "proto/client/file_check.h"

namespace walstow {
namespace {

// Runs `work`, and completes the message of its Error.
template <class Work>
auto for_file(const std::string& path, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("could not archive file \"{}\": {}", path, error.what()),
                error.hint());
  }
}

std::unique_ptr<File> open(const ArchiveJob& job, const WalFileName& name) {
  std::unique_ptr<File> file = job.folder.open_file(name.text());
  if (file == nullptr) {
    throw Error(ErrorKind::kInvalid, "there is no such file",
                "PATH (%p) is relative to the data directory. Run the command there.");
  }
  return file;
}

Digest digest_of(File& file, std::uint64_t size, const ByteSink& also) {
  const ReadThrough read = read_through(file, UINT64_MAX, also);
  if (read.size == size) return read.digest;
  throw Error(
      ErrorKind::kInvalid,
      fmt::format("its size changed from {} to {} bytes while it was read", size, read.size),
      "A finished WAL file never changes. Find out which program writes to it.");
}

}  // namespace

OpenedFile open_checked(const ArchiveJob& job) {
  return for_file(job.path, [&] {
    const WalFileName name = parse_archive_name(job.path);
    std::unique_ptr<File> file = open(job, name);
    const FileStatus status = file->status();
    const auto [owner, newer] = check_file(*file, name, status.size, job.server);
    return OpenedFile{.file = std::move(file),
                      .status = status,
                      .newer_magic = newer ? std::optional(newer->magic) : std::nullopt,
                      .put = {.cluster = job.cluster,
                              .file = name,
                              .system_identifier = owner.system_identifier.value(),
                              .segment_size = owner.segment_size,
                              .raw_size = status.size,
                              .encoding = job.encoding,
                              .instance = job.instance}};
  });
}

void hash(OpenedFile& opened, const ArchiveJob& job) {
  for_file(job.path, [&] {
    // Only for a standby: a put needs no digest of OpenSSL, whose first use takes time.
    std::optional<Sha256> sha256;
    ByteSink also;
    if (job.standby) also = [&digest = sha256.emplace()](ByteView bytes) { digest.update(bytes); };
    opened.put.digest = digest_of(*opened.file, opened.put.raw_size, also);
    if (sha256) opened.sha256 = sha256->finish();
  });
}

ArchivedFile put_opened(const OpenedFile& opened, const ArchiveJob& job,
                        const std::optional<Confirmed>& answer, StoreClient& store,
                        const Patience& patience) {
  return for_file(job.path, [&]() -> ArchivedFile {
    PutDone done =
        job.standby
            ? put_from_standby({.put = opened.put, .sha256 = opened.sha256.value()}, *opened.file,
                               opened.status, *job.standby, answer, store, patience)
            : store.put(opened.put, *opened.file, patience);
    return {.done = std::move(done), .status = opened.status, .newer_magic = opened.newer_magic};
  });
}

std::vector<AskedFile> ask_about(std::span<const ArchiveJob> jobs, std::size_t threads,
                                 StoreClient& store, const Patience& patience) {
  std::vector<std::optional<OpenedFile>> files(jobs.size());
  const auto prepare = [&](std::size_t i) {
    if (i > 0) files[i] = open_checked(jobs[i]);
    hash(files[i].value(), jobs[i]);
  };
  files[0] = open_checked(jobs[0]);
  store.connect_beside(
      [&] {
        run_in_parallel(jobs.size(), threads, [&](std::size_t i) {
          try {
            prepare(i);
          } catch (const Error& error) {
            if (i == 0) throw;
            log_line(LogLevel::kDebug, error.what(), error.hint());
            files[i].reset();
          }
        });
      },
      patience);
  std::vector<AskedFile> asked;
  std::vector<ConfirmFile> questions;
  for (auto& file : files) {
    if (!file) continue;
    questions.push_back({.put = file->put, .sha256 = file->sha256.value()});
    asked.push_back({.opened = *std::move(file), .answer = Confirmation{}});
  }
  for_file(jobs[0].path, [&] {
    std::vector<Confirmed> answers = confirm_each(questions, store, patience);
    for (std::size_t i = 0; i < asked.size(); ++i)
      asked[i].answer = std::move(answers[i]);
  });
  return asked;
}

ArchivedFile archive_file(const ArchiveJob& job, StoreClient& store, const Patience& patience) {
  OpenedFile opened = open_checked(job);
  store.connect_beside([&] { hash(opened, job); }, patience);
  return put_opened(opened, job, std::nullopt, store, patience);
}

}  // namespace walstow
