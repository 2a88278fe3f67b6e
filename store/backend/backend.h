// The medium that holds an archive: a directory, an S3 bucket, or memory (tests).
//
// A key is a path of parts joined by '/' ("main/001-7.../wal/0000000100000000/0000...0A.zst"). Only
// store/archive/layout.h makes keys. A backend refuses any other text (store/backend/key_rules.h)
// with Error{kInvalid}. Two kinds of things have keys:
//   objects: large, written once, never replaced (WAL files in their stored form);
//   records: small JSON texts (marker, eras, positions), created once or updated one at a time.
// Keys sort in byte order. The same contract suite (tests/contract) runs over every backend.
//
// Errors: Error{kStorage} if the medium fails, Error{kUnavailable} if the archive is not in its
// place (not mounted, moved away), Error{kFatal} if the backend can no longer promise durability. A
// failed lookup is always an Error, never "absent". Threads: several threads may call all member
// functions at once, and several processes may use one archive at once. All calls block: never call
// them on an I/O thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/bytes.h"

namespace walstow {

// The largest number of keys in one remove_objects(): S3 accepts no more.
inline constexpr std::size_t kMostRemovals = 1000;
inline constexpr std::size_t kLargestRecord = std::size_t{64} * 1024;  // bytes

// The bytes of an object, published or staged, for reading.
class ObjectSource {
 public:
  ObjectSource() = default;
  ObjectSource(const ObjectSource&) = delete;
  ObjectSource& operator=(const ObjectSource&) = delete;
  virtual ~ObjectSource() = default;

  virtual std::uint64_t size() const = 0;  // bytes
  // Starts again from the first byte of the same object, even if another object now has the key.
  // If the medium does not keep the opened object after its removal, read() throws
  // Error{kUnavailable}.
  virtual void rewind() = 0;
  // Reads the next bytes, up to out.size(). Returns 0 only at the end.
  virtual std::size_t read(MutableByteView out) = 0;
  // Like read(), but never waits, so any thread may call it. Returns nullopt if it would have to
  // wait. The caller then calls read().
  virtual std::optional<std::size_t> read_cached(MutableByteView /*out*/) { return std::nullopt; }
};

// An object before its publication. Nobody else sees it; its destructor discards it.
class StagedObject {
 public:
  StagedObject() = default;
  StagedObject(const StagedObject&) = delete;
  StagedObject& operator=(const StagedObject&) = delete;
  virtual ~StagedObject() = default;

  virtual void write(ByteView bytes) = 0;
  virtual std::uint64_t size() const = 0;
  // Returns a source that reads the bytes written so far from the medium, to check them before
  // publishing. After the end of these bytes, the source continues with bytes that are written
  // later. Never read from the source during a write.
  virtual std::unique_ptr<ObjectSource> read_back() = 0;
};

enum class PublishResult {
  kPublished,  // the object is durable and visible under its key
  // Another object exists under the key, and was not changed. That object may not be durable yet:
  // see make_durable().
  kExists,
};

struct Entry {
  std::string key;
  std::uint64_t size = 0;  // bytes, as stored
  std::chrono::system_clock::time_point modified;
};

// The common beginning of several keys, up to the next '/'.
struct Folder {
  std::string name;  // "0000000100000000"
  // When a name in the folder was last created, removed or replaced, by the medium's clock.
  // nullopt: the medium does not report it.
  std::optional<std::chrono::system_clock::time_point> changed;
};

// The state of the medium, for monitoring. A field that the medium does not report is nullopt.
struct MediumStatus {
  std::optional<std::uint64_t> size, available;  // bytes; `available` to this process's user
  // The number of requests to a service since this process opened the archive, and how many of them
  // got no answer, or an answer that asks to try again.
  std::optional<std::uint64_t> requests, failed_requests;
};

// The part of a backend that reads. A caller with only this part cannot change which keys exist, or
// what they contain.
class BackendReader {
 public:
  BackendReader() = default;
  BackendReader(const BackendReader&) = delete;
  BackendReader& operator=(const BackendReader&) = delete;
  virtual ~BackendReader() = default;

  // Returns nullptr if the object is absent, as found during this call.
  virtual std::unique_ptr<ObjectSource> open_object(const std::string& key) = 0;
  // Like open_object(), but for a caller that only passes the object on. Several callers may share
  // one read of an existing object, so a change that another backend made within the last second
  // may not be visible. Returns nullptr if the object is absent, with the same proof as
  // open_object().
  virtual std::unique_ptr<ObjectSource> open_to_send(const std::string& key) {
    return open_object(key);
  }
  // On return, the existing object, its name and every folder above it are durable. Returns false
  // if the object is absent.
  virtual bool make_durable(const std::string& key) = 0;

  // Lists objects and records whose key starts with `prefix` and is greater than `after`, in byte
  // order, at most `limit` of them, as read from the medium during this call. Keys that start with
  // '_' (housekeeping) are listed only if `prefix` starts with '_', too. Names that cannot be keys
  // are never listed.
  virtual std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                        std::size_t limit) = 0;

  // Lists the folders directly below `prefix`, which ends with '/', in byte order. Some of these
  // folders may be empty. A caller need not read a folder again while its `changed` stays the same,
  // except for changes within the resolution of the medium's clock. Use it for overviews only,
  // never for a decision about a single key.
  virtual std::vector<Folder> folders(const std::string& prefix) = 0;

  // Returns nullopt if the record is absent, as found during this call.
  virtual std::optional<std::string> read_record(const std::string& key) = 0;

  // Throws Error{kUnavailable} unless the archive is still in the place where it was opened. A
  // folder that was moved away, unmounted or replaced is not the current archive any more.
  virtual void verify_in_place() = 0;

  virtual MediumStatus medium_status() { return {}; }

  // Returns the archive's name for messages: "archive \"/mnt/archive\"".
  virtual std::string describe() const = 0;
};

class Backend : public BackendReader {
 public:
  // --- objects ---
  virtual std::unique_ptr<StagedObject> stage() = 0;
  // Gives the object its key in one atomic step that never replaces another object. kPublished
  // promises that the content, the name and every folder above it are durable, including folders
  // that another process has just made.
  virtual PublishResult publish(StagedObject& object, const std::string& key) = 0;
  // Quarantines a damaged or withdrawn object: moves it to "_aside/" + key + a unique suffix,
  // durable on return. `damaged` is the source from open_object(key) that the caller examined.
  // Returns false if the key no longer has that object; the object that it has now is not changed.
  // So if two callers find the same damage, the slower one does not remove what the faster one has
  // published as a replacement.
  virtual bool set_aside(const std::string& key, const ObjectSource& damaged) = 0;
  // The one exception to "never replaced": replaces `existing` with `successor` in one atomic step,
  // durable on return. The key has an object at every moment, and readers of the old one can finish
  // reading it. `existing` is the source from open_object(key). Returns false, and does nothing, if
  // the key no longer has that object. The old object is lost: if it is still needed, the caller
  // must first keep a durable copy elsewhere.
  virtual bool replace_object(StagedObject& successor, const std::string& key,
                              const ObjectSource& existing) = 0;
  // Durable on return. Returns false if the object was absent.
  virtual bool remove_object(const std::string& key) = 0;
  // Removes the objects of all these keys, durable on return. Returns the number of objects that
  // existed. The order is undefined: after a failure or a crash, some are removed and others are
  // not. For more than kMostRemovals keys, or a string that is not a key, it throws Error{kInvalid}
  // and removes nothing. An update of a record may have to wait for the whole call.
  virtual std::size_t remove_objects(const std::vector<std::string>& keys) = 0;

  // --- records ---
  // Returns true if the record was created; it is durable on return. Returns false if the key
  // already has a record, which was not changed; that record is also durable on return.
  virtual bool create_record(const std::string& key, std::string_view content) = 0;
  // Reads, changes and writes a record atomically, also among processes. `change` receives the
  // existing content (nullopt if there is no record), and returns the new content, or nullopt to
  // leave the record as it is. The resulting content is durable on return. Waits at most five
  // seconds for other writers, and then throws Error{kUnavailable}.
  using Change = std::function<std::optional<std::string>(const std::optional<std::string>&)>;
  virtual void update_record(const std::string& key, const Change& change) = 0;
  // Durable on return. Returns false if the record was absent.
  virtual bool remove_record(const std::string& key) = 0;

  // --- a full medium ---
  // Frees the reserve: space that is kept so that records can still be written when nothing else
  // can. Frees it only if the medium is full. Returns false if there was nothing to free.
  virtual bool give_up_reserve() { return false; }
  // Reserves the space again, if there is room for it.
  virtual void hold_reserve() {}
  // Call it before an object is staged for a client. Throws Error{kStorage} if only the reserve is
  // still free.
  virtual void check_room() {}
};

}  // namespace walstow
