#include "restorer/prefetch/get_ahead.h"

namespace walstow {
namespace {

constexpr std::uint64_t kProgressBytes = std::uint64_t{1} << 20;

// `getter`, which tells of its progress.
Getter with_progress(const Getter& getter, const std::function<void()>& progress) {
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

Fetched get_ahead(const AheadJob& job, const Getter& getter, const Patience& patience,
                  const std::function<void()>& progress) {
  const Question question{.get = job.get, .known_archive = job.archive, .sync = true};
  return fetch_file(question, *job.entries, with_progress(getter, progress), patience);
}

}  // namespace walstow
