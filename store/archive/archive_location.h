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
  std::optional<S3Options> s3;  // set for an archive in a bucket
  // The folder on this host with the archive's certificates and keys. For an archive in a folder,
  // it is the archive's own folder. Otherwise it is the folder in the setting "state", or "" if
  // that is not set.
  std::string state;
};

// `settings` are the settings of walstowd. Throws Error{kUsage}.
ArchiveLocation archive_location(const std::string& name, const Settings& settings);

// Like become_owner_of() in folder_archive.h, but for the folder `state`.
void become_owner_of(const ArchiveLocation& location);

// Like open_archive_folder(), but also opens an archive in a bucket.
std::unique_ptr<Archive> open_archive(const ArchiveLocation& location);

// Like initialize_archive_folder(), but also for a bucket. There, nothing may exist below the
// prefix. Creates the state folder if it is missing (mode 0750).
std::string initialize_archive(const ArchiveLocation& location);

// Opens the location of an archive, with or without a marker, for store/archive/copy_archive.h.
// Throws Error{kUnavailable} if there is no such folder or bucket.
std::unique_ptr<Backend> open_backend(const ArchiveLocation& location);
// Begins an archive whose marker is written later, in the same way as begin_archive_folder().
std::unique_ptr<Backend> begin_archive(const ArchiveLocation& location);

}  // namespace walstow
