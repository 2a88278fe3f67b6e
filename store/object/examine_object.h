// What is known of an object only after it has been read through: whether it is whole, and whose
// content it has.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/codec/object.h"
#include "proto/wal/file_name.h"
#include "proto/wal/timeline_history.h"
#include "store/backend/backend.h"

namespace walstow {

struct Examined {
  bool whole = false;
  ObjectHeader header;  // when whole
  std::string problem;  // when not
};

// Examines an object that comes in pieces.
class ObjectExaminer {
 public:
  // `raw` gets the unfolded bytes, which count for nothing before finish() says so.
  explicit ObjectExaminer(const ByteSink& raw);

  // Throws nothing for damage, which finish() tells; Error{kUsage} for an unknown format.
  void write(ByteView object);
  Examined finish();

 private:
  template <class Step>
  void attempt(Step step);

  ObjectDecoder decoder_;
  std::string problem_;
};

// From its first byte to its end. `raw`: as above; may be empty.
Examined examine_object(ObjectSource& source, const ByteSink& raw = {});

// An object with its own description.
struct DescribedObject {
  ObjectHeader header;                   // only itself is checked; the rest as it is read
  std::unique_ptr<ObjectSource> source;  // from its first byte on
};
// Throws Error{kDamaged} where there is no header, Error{kUsage} for an unknown format.
DescribedObject describe_object(std::unique_ptr<ObjectSource> source);

// The header of an object, which is at its first byte afterwards; nullopt: it cannot be read. For
// those who look at many: one that is damaged must not hide the rest.
std::optional<ObjectHeader> readable_header(ObjectSource& object);
// The same of the object under `key`; nullopt also: there is none.
std::optional<ObjectHeader> readable_header(BackendReader& backend, const std::string& key);

// The first bytes of a file, as far as its content can be checked: the header of a segment, the
// whole of a small file. Feed it the raw bytes, then ask.
class ContentCheck {
 public:
  explicit ContentCheck(WalFileName file) : file_(std::move(file)) {}

  void add(ByteView raw);
  // One clause that says what disagrees, or "" when the content is what the name and the system
  // identifier promise.
  std::string problem(std::uint64_t system_identifier, std::uint64_t raw_size,
                      std::optional<SegmentSize> segment_size) const;
  // Of a history file; nullopt: it is none.
  std::optional<TimelineHistory> history() const;

 private:
  WalFileName file_;
  std::string beginning_;
};

// The file in a small object, of `largest` bytes at most. nullopt: there is none, or it is not
// whole, or of the format of a later release. `header` gets its description.
std::optional<std::string> read_small_object(BackendReader& backend, const std::string& key,
                                             std::size_t largest, ObjectHeader* header = nullptr);
std::optional<std::string> read_small_object(std::unique_ptr<ObjectSource> object,
                                             std::size_t largest, ObjectHeader* header = nullptr);

}  // namespace walstow
