// Gets a file from the store into a file without a visible name.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "proto/client/store_client.h"
#include "proto/codec/digest.h"
#include "proto/files/file_system.h"

namespace walstow {

struct FetchedFile {
  std::unique_ptr<File> file;  // not durable yet
  std::uint64_t size = 0;      // bytes
  std::string archive;         // the id of the archive that answered
};

// `folder` must outlive the result. The client has checked digest, name, size and system
// identifier. Throws what StoreClient::get() throws, and Error{kStorage}.
std::variant<FetchedFile, Absent> fetch_into(FileSystem& folder, StoreClient& store,
                                             const GetFile& question, const Patience& patience);

// Makes the file durable, and gives it its name. Never replaces an existing file. The name is not
// durable before FileSystem::sync_folder(). Throws Error{kStorage}.
LinkResult publish(FileSystem& folder, FetchedFile& fetched, const std::string& name);

}  // namespace walstow
