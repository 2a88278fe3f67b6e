// Restores one file: asks the store once, checks the answer, and places the file. Converts every
// outcome into a StoreAnswer with a message. Knows no sockets, no modes and no exit codes.
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
  std::string message;  // a clause about the failure; "" for kRestored
  std::string hint;     // one sentence, or ""
  std::string archive;  // id of the archive that answered; "" if none did
  Digest digest;        // for kRestored: the digest of the file
};

struct RestoreTarget {
  FileSystem& folder;  // the folder of %p
  std::string name;    // the last part of %p
};

// The archive that answered an earlier call.
struct KnownArchive {
  std::string id;
  std::string remembered_in;  // the file that records its id, for the hint
};

struct Question {
  GetFile get;
  std::optional<KnownArchive> known_archive;
  ByteSink object;  // receives the stored object's bytes; may be empty
  std::function<void()> restart_object;
  std::function<void()> progress;   // called for each megabyte received; may be empty
  std::function<bool()> abandoned;  // called before the file is placed; may be empty
  // Set if no call waits for the file. The file is then written without another thread: this takes
  // less processor time, which replay needs during a catch-up. A large file becomes durable part by
  // part while it arrives, except the last part. So make_durable() never takes long.
  bool ahead = false;
};

struct Fetched {
  Outcome outcome = {};                     // kRestored: everything except publish() is done
  std::unique_ptr<IncomingFile> file = {};  // to be published; nullptr for all other answers
};

// Fetches and checks the file, which does not have a visible name yet. `folder` is its destination,
// and must outlive the result. These three functions throw only if the machine runs out of memory
// (std::bad_alloc).
Fetched fetch_file(const Question& question, FileSystem& folder, StoreClient& store,
                   const Patience& patience);
// Calls IncomingFile::sync(). If that fails, the outcome contains the failure, and the file is
// discarded.
void make_durable(Fetched& fetched);
Outcome restore_file(const Question& question, const RestoreTarget& target, StoreClient& store,
                     const Patience& patience);

// Returns whether the folder itself has a file under that name that PostgreSQL would accept.
LocalCopy find_local_copy(FileSystem& wal_folder, const GetFile& get);

}  // namespace walstow
