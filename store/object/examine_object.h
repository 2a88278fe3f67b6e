// The facts about an object that only a full read shows: whether it is whole, and what it contains.
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
  std::string problem;  // when not whole
};

// Examines an object that arrives in pieces.
class ObjectExaminer {
 public:
  // `raw` gets the decompressed bytes, which are unproven until finish() confirms them.
  explicit ObjectExaminer(const ByteSink& raw);

  // Throws nothing for damage, which finish() reports; throws Error{kUsage} for an unknown format.
  void write(ByteView object);
  Examined finish();

 private:
  template <class Step>
  void attempt(Step step);

  ObjectDecoder decoder_;
  std::string problem_;
};

// Reads the object from its first byte to its end. `raw`: as above; may be empty.
Examined examine_object(ObjectSource& source, const ByteSink& raw = {});

// An object with its header.
struct DescribedObject {
  ObjectHeader header;                   // only the header is checked; the rest is not read yet
  std::unique_ptr<ObjectSource> source;  // positioned at the object's first byte
};
// Throws Error{kDamaged} if there is no valid header, Error{kUsage} for an unknown format.
DescribedObject describe_object(std::unique_ptr<ObjectSource> source);

// The header of an object, which is positioned at its first byte afterwards. nullopt: unreadable.
// For callers that read many objects: a damaged one must not hide the rest.
std::optional<ObjectHeader> readable_header(ObjectSource& object);
// As above, for the object under `key`. nullopt also if there is none.
std::optional<ObjectHeader> readable_header(BackendReader& backend, const std::string& key);

// The first bytes of a file, as many as the check of its content needs: the header of a segment,
// the whole of a small file. Add the raw bytes, then call problem().
class ContentCheck {
 public:
  explicit ContentCheck(WalFileName file) : file_(std::move(file)) {}

  void add(ByteView raw);
  // One clause that describes the mismatch, or "" if the content matches the name and the system
  // identifier.
  std::string problem(std::uint64_t system_identifier, std::uint64_t raw_size,
                      std::optional<SegmentSize> segment_size) const;
  // The content of a history file. nullopt: another kind of file, or invalid.
  std::optional<TimelineHistory> history() const;

 private:
  WalFileName file_;
  std::string beginning_;
};

// The file in a small object, of at most `largest` bytes. nullopt: absent, not whole, or in the
// format of a later release. `header` gets the object's header.
std::optional<std::string> read_small_object(BackendReader& backend, const std::string& key,
                                             std::size_t largest, ObjectHeader* header = nullptr);
std::optional<std::string> read_small_object(std::unique_ptr<ObjectSource> object,
                                             std::size_t largest, ObjectHeader* header = nullptr);

}  // namespace walstow
