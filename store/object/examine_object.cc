#include "store/object/examine_object.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "proto/base/buffer.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/read_full.h"
#include "proto/wal/backup_history.h"
#include "proto/wal/segment_header.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

// The bytes that were already read from a source, followed by the rest of it.
class ResumedSource final : public ObjectSource {
 public:
  ResumedSource(std::vector<std::byte> beginning, std::unique_ptr<ObjectSource> rest)
      : beginning_(std::move(beginning)), rest_(std::move(rest)) {}

  std::uint64_t size() const override { return rest_->size(); }
  void rewind() override {
    beginning_.clear();
    taken_ = 0;
    rest_->rewind();
  }
  std::size_t read(MutableByteView out) override {
    if (taken_ == beginning_.size()) return rest_->read(out);
    const std::size_t size = std::min(out.size(), beginning_.size() - taken_);
    std::copy_n(beginning_.begin() + static_cast<std::ptrdiff_t>(taken_), size, out.begin());
    taken_ += size;
    return size;
  }
  std::optional<std::size_t> read_cached(MutableByteView out) override {
    return taken_ == beginning_.size() ? rest_->read_cached(out) : read(out);
  }

 private:
  std::vector<std::byte> beginning_;
  std::unique_ptr<ObjectSource> rest_;
  std::size_t taken_ = 0;  // of beginning_
};

}  // namespace

DescribedObject describe_object(std::unique_ptr<ObjectSource> source) {
  std::vector<std::byte> beginning(kLargestHeaderFrame);
  beginning.resize(read_full(*source, beginning).size());
  ObjectHeader header = read_object_header(beginning);
  return {std::move(header),
          std::make_unique<ResumedSource>(std::move(beginning), std::move(source))};
}

std::optional<ObjectHeader> readable_header(BackendReader& backend, const std::string& key) {
  const auto object = backend.open_object(key);
  return object ? readable_header(*object) : std::nullopt;
}

std::optional<ObjectHeader> readable_header(ObjectSource& object) {
  std::vector<std::byte> beginning(kLargestHeaderFrame);
  try {
    auto header = read_object_header(read_full(object, beginning));
    object.rewind();
    return header;
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return std::nullopt;
  }
}

ObjectExaminer::ObjectExaminer(const ByteSink& raw)
    : decoder_(raw, ObjectDecoder::Checks::kAll, kLargestFile) {}

// Only damage becomes a result; after it the decoder is not used any more.
template <class Step>
void ObjectExaminer::attempt(Step step) {
  if (!problem_.empty()) return;
  try {
    step();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    problem_ = error.what();
  }
}

void ObjectExaminer::write(ByteView object) {
  attempt([&] { decoder_.write(object); });
}

Sha256Digest ObjectExaminer::finish_frames() {
  Sha256Digest sha256{};
  attempt([&] { sha256 = decoder_.finish_frames(); });
  return sha256;
}

Examined ObjectExaminer::finish() {
  attempt([&] { decoder_.finish(); });
  if (!problem_.empty()) return {.whole = false, .header = {}, .problem = problem_};
  return {.whole = true, .header = *decoder_.header(), .problem = {}};
}

Examined examine_object(ObjectSource& source, const ByteSink& raw) {
  const ByteSink nowhere = [](ByteView) {};
  ObjectExaminer examiner(raw ? raw : nowhere);
  Buffer buffer(kChunkSize);
  source.rewind();
  while (const std::size_t size = source.read(buffer))
    examiner.write(buffer.first(size));
  return examiner.finish();
}

void ContentCheck::add(ByteView raw) {
  const bool small = file_.kind() == FileKind::kHistory || file_.kind() == FileKind::kBackup;
  const std::size_t wanted = small ? kLargestHistoryFile : kSegmentHeaderSize;
  if (beginning_.size() >= wanted) return;
  beginning_ += as_text(raw.first(std::min(raw.size(), wanted - beginning_.size())));
}

std::string ContentCheck::problem(std::uint64_t system_identifier, std::uint64_t raw_size,
                                  std::optional<SegmentSize> segment_size) const {
  switch (file_.kind()) {
    case FileKind::kBackup: {
      // A file of unknown form is accepted unchecked, and does not count as a backup.
      const auto backup = parse_backup_history(beginning_);
      return backup && segment_size ? compare_with_name(*backup, file_, *segment_size) : "";
    }
    case FileKind::kHistory: {
      const auto parsed = parse_timeline_history(file_.timeline(), beginning_);
      if (!parsed.history || !segment_size) return parsed.problem;
      return impossible_place(*parsed.history, *segment_size);
    }
    case FileKind::kSegment:
    case FileKind::kPartial:
      break;
  }
  const SegmentHeaderResult parsed = parse_segment_header(as_bytes(beginning_));
  if (!parsed.header) return parsed.problem;
  if (segment_size && parsed.header->segment_size != *segment_size) {
    return fmt::format("has segments of {}, but the request names {}",
                       to_string(parsed.header->segment_size), to_string(*segment_size));
  }
  return check_segment_header(
             *parsed.header,
             {.name = file_, .file_size = raw_size, .system_identifier = system_identifier})
      .value_or("");
}

std::optional<TimelineHistory> ContentCheck::history() const {
  if (file_.kind() != FileKind::kHistory) return std::nullopt;
  return parse_timeline_history(file_.timeline(), beginning_).history;
}

std::optional<Timeline> ContentCheck::page_timeline() const {
  if (file_.kind() != FileKind::kSegment && file_.kind() != FileKind::kPartial) return std::nullopt;
  const auto header = parse_segment_header(as_bytes(beginning_)).header;
  return header ? std::optional(header->timeline) : std::nullopt;
}

std::optional<std::string> read_small_object(BackendReader& backend, const std::string& key,
                                             std::size_t largest, ObjectHeader* header) {
  auto object = backend.open_object(key);
  if (object == nullptr) return std::nullopt;
  return read_small_object(std::move(object), largest, header);
}

std::optional<std::string> read_small_object(std::unique_ptr<ObjectSource> object,
                                             std::size_t largest, ObjectHeader* header) {
  if (object->size() > largest_frames_size(largest) + kLargestHeaderFrame) {
    return std::nullopt;
  }
  std::string content;
  try {
    const Examined examined =
        examine_object(*object, [&content](ByteView raw) { content += as_text(raw); });
    if (!examined.whole) return std::nullopt;
    if (header != nullptr) *header = examined.header;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUsage) throw;
    return std::nullopt;
  }
  return content;
}

}  // namespace walstow
