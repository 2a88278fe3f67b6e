// Where an archive is, a folder or a bucket, and how executables open it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/program/settings.h"
#include "store/archive/archive.h"
#include "store/backend/s3/s3_options.h"

namespace walstow {

struct ArchiveLocation {
  std::string name;             // as it was given: "/mnt/archive", "s3://bucket/prefix"
  std::optional<S3Options> s3;  // of one in a bucket
  // The folder of this host that has its certificates and keys: of one in a folder that folder
  // itself, else the one of the setting "state"; "" where none is given.
  std::string state;
};

// `settings` are walstowd's. Throws Error{kUsage}.
ArchiveLocation archive_place(const std::string& name, const Settings& settings);

// As become_owner_of() in folder_archive.h, of the folder that `state` names.
void become_owner_of(const ArchiveLocation& place);

// As open_archive_folder(), and the same for a bucket.
std::unique_ptr<Archive> open_archive(const ArchiveLocation& place);

// As initialize_archive_folder(); in a bucket nothing may stand below the prefix. A state folder is
// made (mode 0750) when it is absent.
std::string initialize_archive(const ArchiveLocation& place);

// For store/archive/copy_archive.h: the place of an archive, whether there is a marker or not.
// Throws Error{kUnavailable} where there is no such folder or bucket.
std::unique_ptr<Backend> open_backend(const ArchiveLocation& place);
// And one for an archive whose marker comes later, as begin_archive_folder() says.
std::unique_ptr<Backend> begin_archive(const ArchiveLocation& place);

}  // namespace walstow
