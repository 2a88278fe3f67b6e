// Where a store keeps what it was given: a directory, a bucket of S3, memory (tests).
//
// A key is a path of parts joined by '/' ("main/001-7.../wal/0000000100000000/0000...0A.zst");
// store/archive/layout.h is the only place that makes them; what is no key at all
// (store/backend/key_rules.h) is refused with Error{kInvalid}. Two kinds of things have keys:
//   objects: large, written once, never replaced (WAL files in their stored form);
//   records: small JSON texts (marker, eras, positions), created once or updated one at a time.
// Keys are in byte order. The same contract suite (tests/contract) runs over every backend.
//
// Errors: Error{kStorage} when the medium fails, Error{kUnavailable} when the archive is not there
// (not mounted, moved away), Error{kFatal} when durability can no longer be promised. "Could not
// look" is always an Error, never "absent". Threads: all members may be called from several at
// once; several processes may work on one archive at once. All calls block: never call them on an
// I/O thread.
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

// Of one remove_objects(): S3 takes no more.
inline constexpr std::size_t kMostRemovals = 1000;
inline constexpr std::size_t kLargestRecord = std::size_t{64} * 1024;  // bytes

// Readable bytes of an object, standing or staged.
class ObjectSource {
 public:
  ObjectSource() = default;
  ObjectSource(const ObjectSource&) = delete;
  ObjectSource& operator=(const ObjectSource&) = delete;
  virtual ~ObjectSource() = default;

  virtual std::uint64_t size() const = 0;  // bytes
  // From the first byte on again, of the same object, whatever stands under its key by now. Where
  // the medium does not hold what was opened, read() throws Error{kUnavailable} once it is gone.
  virtual void rewind() = 0;
  // The next bytes, up to out.size(); 0 only at the end.
  virtual std::size_t read(MutableByteView out) = 0;
  // The same without a wait, and so on any thread; nullopt: that cannot be, use read().
  virtual std::optional<std::size_t> read_cached(MutableByteView /*out*/) { return std::nullopt; }
};

// An object on its way in: invisible to everybody, gone when its owner goes.
class StagedObject {
 public:
  StagedObject() = default;
  StagedObject(const StagedObject&) = delete;
  StagedObject& operator=(const StagedObject&) = delete;
  virtual ~StagedObject() = default;

  virtual void write(ByteView bytes) = 0;
  virtual std::uint64_t size() const = 0;
  // What was written, read back from where it lies, for the proof before publishing. At the end of
  // it, reading goes on with what is written later; never beside a write.
  virtual std::unique_ptr<ObjectSource> read_back() = 0;
};

enum class PublishResult {
  kPublished,  // durable and visible under its key
  kExists,     // another object stands under the key; it was not touched. Whether it is durable is
               // not known: see make_durable()
};

struct Entry {
  std::string key;
  std::uint64_t size = 0;  // bytes, as stored
  std::chrono::system_clock::time_point modified;
};

// What keys with one beginning have in common, up to their next '/'.
struct Folder {
  std::string name;  // "0000000100000000"
  // When a name in it was last made, removed or replaced, by the medium's clock; nullopt where the
  // medium does not say.
  std::optional<std::chrono::system_clock::time_point> changed;
};

// What stands. Whoever has no more than this cannot change which keys there are, or what is under
// them.
class BackendReader {
 public:
  BackendReader() = default;
  BackendReader(const BackendReader&) = delete;
  BackendReader& operator=(const BackendReader&) = delete;
  virtual ~BackendReader() = default;

  // nullptr: absent, as found in this very call.
  virtual std::unique_ptr<ObjectSource> open_object(const std::string& key) = 0;
  // For those who only hand it on: the same, but one that is present may be read along with others
  // who ask, and what another backend did to it a second ago may not show. nullptr: the same proof.
  virtual std::unique_ptr<ObjectSource> open_to_send(const std::string& key) {
    return open_object(key);
  }
  // A standing object, its name and every folder above it are durable on return. False: absent.
  virtual bool make_durable(const std::string& key) = 0;

  // Objects and records whose key starts with `prefix` and is greater than `after`, in byte order,
  // `limit` at most; read from the medium in this very call. Keys that start with '_'
  // (house-keeping) only when `prefix` does, and names that can be no key never.
  virtual std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                        std::size_t limit) = 0;

  // The folders right below `prefix`, which ends with '/', in byte order; empty ones may be among
  // them. So who has read one need not read it again while its `changed` stays the same, but for
  // what happens within the resolution of the medium's clock. For overviews: never decide about a
  // single key by it.
  virtual std::vector<Folder> folders(const std::string& prefix) = 0;

  // nullopt: absent, as found in this very call.
  virtual std::optional<std::string> read_record(const std::string& key) = 0;

  // Throws Error{kUnavailable} unless the place that the archive was opened by is the same one
  // still: a folder that was moved away, unmounted or replaced is an archive of the past.
  virtual void verify_in_place() = 0;

  // Where things are, for messages: "archive \"/mnt/archive\"".
  virtual std::string describe() const = 0;
};

class Backend : public BackendReader {
 public:
  // --- objects ---
  virtual std::unique_ptr<StagedObject> stage() = 0;
  // One atomic step that never replaces. kPublished promises: content, name and every folder above
  // are durable, also folders that somebody else made a moment ago.
  virtual PublishResult publish(StagedObject& object, const std::string& key) = 0;
  // Takes an object out of the way, a damaged one or one that is withdrawn, kept under "_aside/" +
  // key + a unique suffix, durable on return. `damaged` is what open_object(key) gave and the
  // caller looked into. False: it does not stand there any more, and whatever does is left alone:
  // of two callers that found the same damage, the slower one must not take away what the faster
  // one has published in its place.
  virtual bool set_aside(const std::string& key, const ObjectSource& damaged) = 0;
  // The one exception to "never replaced": puts `successor` in the place of `standing`, in one
  // atomic step; durable on return. At no moment is the key without an object, and whoever reads
  // the old one goes on reading it. `standing` is what open_object(key) gave. False: it does not
  // stand there any more, and nothing was done. What stood is gone then: keeping it elsewhere,
  // durably and before, is the caller's duty.
  virtual bool replace_object(StagedObject& successor, const std::string& key,
                              const ObjectSource& standing) = 0;
  virtual bool remove_object(const std::string& key) = 0;  // durable on return; false: absent
  // All of them, durable on return; returns how many stood. In any order: after a failure or a
  // crash some are gone and some are not. Error{kInvalid}, and nothing has gone, for more than
  // kMostRemovals at once and where one is no key. An update of a record may have to wait for all
  // of them.
  virtual std::size_t remove_objects(const std::vector<std::string>& keys) = 0;

  // --- records ---
  // Durable on return when true. False: one stands under the key; it was not touched, and it is
  // durable on return too.
  virtual bool create_record(const std::string& key, std::string_view content) = 0;
  // Atomic read-modify-write, also among processes: `change` gets what stands (nullopt: nothing)
  // and returns what shall stand, or nullopt to leave all as it is. What stands then is durable on
  // return. Waits some seconds at most for other writers, then throws Error{kUnavailable}.
  using Change = std::function<std::optional<std::string>(const std::optional<std::string>&)>;
  virtual void update_record(const std::string& key, const Change& change) = 0;
  virtual bool remove_record(const std::string& key) = 0;  // false: absent; durable on return

  // --- a full medium ---
  // Space that is held so that records can be written when nothing else can. Gives it up where the
  // medium is full; false: there is none to give.
  virtual bool give_up_reserve() { return false; }
  // Holds it again, as far as there is room.
  virtual void hold_reserve() {}
  // Before something is staged for a client. Throws Error{kStorage} while nothing is free but that.
  virtual void check_room() {}
};

}  // namespace walstow
