#include "restorer/get_ahead.h"

#include "proto/base/error.h"
#include "restorer/prefetch_entries.h"

namespace walstow {
namespace {

// Its digest is known only when it is whole. Whatever has this name is no entry yet.
constexpr const char* kIncoming = "incoming";

constexpr std::uint64_t kProgressBytes = std::uint64_t{1} << 20;

// `getter`, which tells of its progress.
Getter telling(const Getter& getter, const std::function<void()>& progress) {
  return [&getter, &progress](const GetFile& get, const GetSink& sink, const Patience& patience) {
    std::uint64_t size = 0;
    GetSink counted = sink;
    counted.raw = [&](ByteView bytes) {
      sink.raw(bytes);
      size += bytes.size();
      if (size < kProgressBytes) return;
      size = 0;
      progress();
    };
    return getter(get, counted, patience);
  };
}

}  // namespace

Outcome get_ahead(const AheadJob& job, const Getter& getter, const Patience& patience,
                  const std::function<void()>& progress) {
  const Question question{.get = job.get, .known_archive = job.archive};
  Outcome outcome = restore_file(question, {.folder = *job.entries, .name = kIncoming},
                                 telling(getter, progress), patience);
  if (outcome.answer != Answer::kPlaced) return outcome;
  try {
    job.entries->rename(
        kIncoming,
        to_string(EntryName{.segment = job.get.file, .digest = outcome.digest, .tag = job.tag}));
  } catch (const Error& error) {
    outcome.answer = Answer::kFailed;
    outcome.message = error.what();
    outcome.hint = error.hint();
  }
  return outcome;
}

}  // namespace walstow
