// Restores one file: ask the store once, check what comes, place it. Turns whatever happens into an
// Answer with words for it. Knows no sockets, no modes and no exit codes.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "proto/base/file_system.h"
#include "proto/codec/digest.h"
#include "proto/link/client.h"
#include "restorer/decision.h"

namespace walstow {

struct Outcome {
  Answer answer = Answer::kFailed;
  std::string message;  // what happened, as a clause; "" for kPlaced
  std::string hint;     // a sentence, or ""
  std::string archive;  // id of the archive that answered; "" if none did
  Digest digest;        // kPlaced: of the file
};

// Client::get, or a test's.
using Getter =
    std::function<GetDone(const GetFile& get, const GetSink& sink, const Patience& patience)>;

struct RestoreTarget {
  FileSystem& folder;  // of %p
  std::string name;    // %p's last part
  // The content is to be on the medium before the file is placed: see IncomingFile::sync().
  bool sync = false;
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
  std::function<bool()> abandoned;  // asked before the file is placed; may be empty
};

// Throws nothing but what the machine itself runs out of (std::bad_alloc).
Outcome restore_file(const Question& question, const RestoreTarget& target, const Getter& getter,
                     const Patience& patience);

// Whether the folder itself holds the file under its own name, as PostgreSQL would take it.
LocalCopy find_local_copy(FileSystem& wal_folder, const GetFile& get);

}  // namespace walstow
