// Restores one file: ask the store once, check what comes, place it. Turns whatever happens into an
// StoreAnswer with words for it. Knows no sockets, no modes and no exit codes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "proto/client/store_client.h"
#include "proto/codec/digest.h"
#include "proto/files/file_system.h"
#include "restorer/file/decision.h"
#include "restorer/file/incoming_file.h"

namespace walstow {

struct Outcome {
  StoreAnswer answer = StoreAnswer::kFailed;
  std::string message;  // what happened, as a clause; "" for kRestored
  std::string hint;     // a sentence, or ""
  std::string archive;  // id of the archive that answered; "" if none did
  Digest digest;        // kRestored: of the file
};

struct RestoreTarget {
  FileSystem& folder;  // of %p
  std::string name;    // %p's last part
};

// The archive that answered before.
struct KnownArchive {
  std::string id;
  std::string remembered_in;  // the file that says so, for the way out
};

struct Question {
  GetFile get;
  std::optional<KnownArchive> known_archive;
  ByteSink object;  // gets the stored object's bytes; may be empty
  std::function<void()> restart_object;
  std::function<void()> progress;   // called for each megabyte that has come; may be empty
  std::function<bool()> abandoned;  // asked before the file is placed; may be empty
  // Makes each piece of a large file durable as it comes, all but the last one. So make_durable()
  // never takes long.
  bool sync_pieces = false;
};

struct Fetched {
  Outcome outcome = {};                     // kRestored: all but that was done
  std::unique_ptr<IncomingFile> file = {};  // to be placed; nullptr for all other answers
};

// The file, checked, and visible under no name yet. `folder`, where it is to be placed, outlives
// it. All three throw nothing but what the machine itself runs out of (std::bad_alloc).
Fetched fetch_file(const Question& question, FileSystem& folder, StoreClient& store,
                   const Patience& patience);
// IncomingFile::sync(). If it fails, the outcome says so, and there is no file any more.
void make_durable(Fetched& fetched);
Outcome restore_file(const Question& question, const RestoreTarget& target, StoreClient& store,
                     const Patience& patience);

// Whether the folder itself holds the file under its own name, as PostgreSQL would take it.
LocalCopy find_local_copy(FileSystem& wal_folder, const GetFile& get);

}  // namespace walstow
