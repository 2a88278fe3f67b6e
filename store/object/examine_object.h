// The facts about an object that only a complete read shows: whether it is whole, and what it
// contains.
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
  ObjectHeader header;  // set if the object is whole
  std::string problem;  // set if the object is not whole
};

// Examines an object that arrives in chunks.
class ObjectExaminer {
 public:
  // `raw` receives the decompressed bytes, which are unproven until finish() confirms them.
  explicit ObjectExaminer(const ByteSink& raw);

  // Does not throw for damage: finish() reports it. Throws Error{kUsage} for an unknown format.
  void write(ByteView object);
  // Like ObjectDecoder::finish_frames(). If damage was found, returns any digest: finish() reports
  // the damage.
  Sha256Digest finish_frames();
  Examined finish();

 private:
  template <class Step>
  void attempt(Step step);

  ObjectDecoder decoder_;
  std::string problem_;
};

// Reads the object from its first byte to its end. `raw` is used as above; it may be empty.
Examined examine_object(ObjectSource& source, const ByteSink& raw = {});

// An object with its header.
struct DescribedObject {
  ObjectHeader header;                   // only the header was checked; the rest was not read yet
  std::unique_ptr<ObjectSource> source;  // positioned at the object's first byte
};
// Throws Error{kDamaged} if there is no valid header, and Error{kUsage} for an unknown format.
DescribedObject describe_object(std::unique_ptr<ObjectSource> source);

// Returns the header of an object. Afterwards the object is positioned at its first byte. Returns
// nullopt if the header is unreadable. Callers that read many objects use it, because a damaged
// object must not hide the others.
std::optional<ObjectHeader> readable_header(ObjectSource& object);
// Like the function above, but for the object under `key`. Also returns nullopt if there is no such
// object.
std::optional<ObjectHeader> readable_header(BackendReader& backend, const std::string& key);

// Keeps as many bytes from the start of a file as the check of its content needs: the header of a
// segment, or the whole of a small file. Add the raw bytes of the file, and then call problem().
class ContentCheck {
 public:
  explicit ContentCheck(WalFileName file) : file_(std::move(file)) {}

  void add(ByteView raw);
  // Returns one clause that describes the mismatch, or "" if the content matches the name and the
  // system identifier.
  std::string problem(std::uint64_t system_identifier, std::uint64_t raw_size,
                      std::optional<SegmentSize> segment_size) const;
  // Returns the content of a history file, or nullopt if the file is of another kind, or invalid.
  std::optional<TimelineHistory> history() const;
  // Returns the timeline of the first page of a segment or .partial. Returns nullopt if the file is
  // of another kind, or has no valid header.
  std::optional<Timeline> page_timeline() const;

 private:
  WalFileName file_;
  std::string beginning_;
};

// Returns the file in a small object of at most `largest` bytes. Returns nullopt if the object is
// absent, not whole, or in the format of a later release. `header` receives the object's header.
std::optional<std::string> read_small_object(BackendReader& backend, const std::string& key,
                                             std::size_t largest, ObjectHeader* header = nullptr);
std::optional<std::string> read_small_object(std::unique_ptr<ObjectSource> object,
                                             std::size_t largest, ObjectHeader* header = nullptr);

}  // namespace walstow
