// Where an archive is, a folder or a bucket, and how programs open it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/program/settings.h"
#include "store/archive/archive.h"
#include "store/backend/s3/s3_options.h"

namespace walstow {

struct ArchiveLocation {
  std::string name;             // as the user gave it: "/mnt/archive", "s3://bucket/prefix"
  std::optional<S3Options> s3;  // for an archive in a bucket
  // The folder of this host with the archive's certificates and keys: for an archive in a folder
  // that folder itself, otherwise the setting "state"; "" if that is not set.
  std::string state;
};

// `settings` are walstowd's. Throws Error{kUsage}.
ArchiveLocation archive_location(const std::string& name, const Settings& settings);

// As become_owner_of() in folder_archive.h, for the folder `state`.
void become_owner_of(const ArchiveLocation& location);

// As open_archive_folder(), for a bucket too.
std::unique_ptr<Archive> open_archive(const ArchiveLocation& location);

// As initialize_archive_folder(); in a bucket nothing may exist below the prefix. Makes a missing
// state folder (mode 0750).
std::string initialize_archive(const ArchiveLocation& location);

// For store/archive/copy_archive.h: opens the location of an archive, with or without a marker.
// Throws Error{kUnavailable} if there is no such folder or bucket.
std::unique_ptr<Backend> open_backend(const ArchiveLocation& location);
// Begins an archive whose marker is written later, as begin_archive_folder().
std::unique_ptr<Backend> begin_archive(const ArchiveLocation& location);

}  // namespace walstow
