// The medium that holds an archive: a directory, an S3 bucket, or memory (tests).
//
// A key is a path of parts joined by '/' ("main/001-7.../wal/0000000100000000/0000...0A.zst"). Only
// store/archive/layout.h makes keys. A backend refuses anything else (store/backend/key_rules.h)
// with Error{kInvalid}. Two kinds of things have keys:
//   objects: large, written once, never replaced (WAL files in their stored form);
//   records: small JSON texts (marker, eras, positions), created once or updated one at a time.
// Keys sort in byte order. The same contract suite (tests/contract) runs over every backend.
//
// Errors: Error{kStorage} when the medium fails, Error{kUnavailable} when the archive is not there
// (not mounted, moved away), Error{kFatal} when the backend can no longer promise durability. A
// failed look-up is always an Error, never "absent". Threads: several threads may call all members
// at once, and several processes may use one archive at once. All calls block: never call them on
// an I/O thread.
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

// The limit of one remove_objects(): S3 accepts no more.
inline constexpr std::size_t kMostRemovals = 1000;
inline constexpr std::size_t kLargestRecord = std::size_t{64} * 1024;  // bytes

// The readable bytes of an object, published or staged.
class ObjectSource {
 public:
  ObjectSource() = default;
  ObjectSource(const ObjectSource&) = delete;
  ObjectSource& operator=(const ObjectSource&) = delete;
  virtual ~ObjectSource() = default;

  virtual std::uint64_t size() const = 0;  // bytes
  // Starts again from the first byte of the same object, even if its key has another object by now.
  // Where the medium does not keep the opened object, read() throws Error{kUnavailable} after its
  // removal.
  virtual void rewind() = 0;
  // Reads the next bytes, up to out.size(). Returns 0 only at the end.
  virtual std::size_t read(MutableByteView out) = 0;
  // As read(), but never waits, and so may run on any thread. nullopt: impossible here; use read().
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
  // The bytes written so far, read back from the medium for the proof before publishing. After
  // their end, the source continues with bytes that are written later. Never read during a write.
  virtual std::unique_ptr<ObjectSource> read_back() = 0;
};

enum class PublishResult {
  kPublished,  // durable and visible under its key
  kExists,     // another object exists under the key and was not touched. It may not be durable
               // yet: see make_durable()
};

struct Entry {
  std::string key;
  std::uint64_t size = 0;  // bytes, as stored
  std::chrono::system_clock::time_point modified;
};

// The common start of several keys, up to their next '/'.
struct Folder {
  std::string name;  // "0000000100000000"
  // When a name in it was last created, removed or replaced, by the medium's clock. nullopt: the
  // medium does not report it.
  std::optional<std::chrono::system_clock::time_point> changed;
};

// The state of the medium, for monitoring. A member that the medium does not report is nullopt.
struct MediumStatus {
  std::optional<std::uint64_t> size, available;  // bytes; `available` to this user
  // Requests to a service since this process opened the archive, and those of them without an
  // answer, or with one that asks to try again.
  std::optional<std::uint64_t> requests, failed_requests;
};

// The reading half of a backend. Its holder cannot change which keys exist, or what they contain.
class BackendReader {
 public:
  BackendReader() = default;
  BackendReader(const BackendReader&) = delete;
  BackendReader& operator=(const BackendReader&) = delete;
  virtual ~BackendReader() = default;

  // nullptr: absent, as found during this call.
  virtual std::unique_ptr<ObjectSource> open_object(const std::string& key) = 0;
  // As open_object(), for a caller that only sends the object on. Several callers may share one
  // read of a present object, so a change that another backend made within the last second may not
  // show. nullptr: absent, with the same proof.
  virtual std::unique_ptr<ObjectSource> open_to_send(const std::string& key) {
    return open_object(key);
  }
  // On return the existing object, its name and every folder above it are durable. False: absent.
  virtual bool make_durable(const std::string& key) = 0;

  // Lists objects and records whose key starts with `prefix` and is greater than `after`, in byte
  // order, at most `limit`, read from the medium during this call. Keys that start with '_'
  // (housekeeping) appear only if `prefix` does too. Names that cannot be keys never appear.
  virtual std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                        std::size_t limit) = 0;

  // Lists the folders directly below `prefix`, which ends with '/', in byte order; some may be
  // empty. A caller need not read a folder again while its `changed` stays the same, except for
  // changes within the resolution of the medium's clock. For overviews: never decide about a single
  // key by it.
  virtual std::vector<Folder> folders(const std::string& prefix) = 0;

  // nullopt: absent, as found during this call.
  virtual std::optional<std::string> read_record(const std::string& key) = 0;

  // Throws Error{kUnavailable} unless the archive is still at the place where it was opened. A
  // folder that was moved away, unmounted or replaced is an outdated archive.
  virtual void verify_in_place() = 0;

  virtual MediumStatus medium_status() { return {}; }

  // Names the archive for messages: "archive \"/mnt/archive\"".
  virtual std::string describe() const = 0;
};

class Backend : public BackendReader {
 public:
  // --- objects ---
  virtual std::unique_ptr<StagedObject> stage() = 0;
  // Gives the object its key in one atomic step that never replaces. kPublished promises that
  // content, name and every folder above are durable, including folders that another process made a
  // moment ago.
  virtual PublishResult publish(StagedObject& object, const std::string& key) = 0;
  // Quarantines a damaged or withdrawn object: moves it to "_aside/" + key + a unique suffix,
  // durable on return. `damaged` is the source from open_object(key) that the caller examined.
  // False: the key no longer has that object, and whatever it has now is left alone. When two
  // callers find the same damage, the slower one must not remove what the faster one has published
  // as a replacement.
  virtual bool set_aside(const std::string& key, const ObjectSource& damaged) = 0;
  // The one exception to "never replaced": replaces `standing` with `successor` in one atomic step,
  // durable on return. The key has an object at every moment, and readers of the old one can finish
  // reading it. `standing` is the source from open_object(key). False: the key no longer has that
  // object, and nothing was done. The old object is lost: if it is needed, the caller must keep it
  // elsewhere first, durably.
  virtual bool replace_object(StagedObject& successor, const std::string& key,
                              const ObjectSource& standing) = 0;
  virtual bool remove_object(const std::string& key) = 0;  // durable on return; false: absent
  // Removes all of them, durable on return. Returns how many existed. The order is undefined: after
  // a failure or a crash some are removed and some are not. For more than kMostRemovals keys, or a
  // text that is no key, throws Error{kInvalid} and removes nothing. An update of a record may have
  // to wait for the whole call.
  virtual std::size_t remove_objects(const std::vector<std::string>& keys) = 0;

  // --- records ---
  // True: created and durable on return. False: the key has a record already, which was not
  // touched; it is durable on return too.
  virtual bool create_record(const std::string& key, std::string_view content) = 0;
  // Atomic read-modify-write, also among processes. `change` receives the existing content
  // (nullopt: none) and returns the new content, or nullopt to leave everything as it is. The
  // resulting content is durable on return. Waits at most some seconds for other writers, then
  // throws Error{kUnavailable}.
  using Change = std::function<std::optional<std::string>(const std::optional<std::string>&)>;
  virtual void update_record(const std::string& key, const Change& change) = 0;
  virtual bool remove_record(const std::string& key) = 0;  // false: absent; durable on return

  // --- a full medium ---
  // Frees the reserve: space held so that records can be written when nothing else can. Only a full
  // medium frees it. False: there was nothing to free.
  virtual bool give_up_reserve() { return false; }
  // Holds the reserve again, as far as there is room.
  virtual void hold_reserve() {}
  // Call before an object is staged for a client. Throws Error{kStorage} while only the reserve is
  // free.
  virtual void check_room() {}
};

}  // namespace walstow
