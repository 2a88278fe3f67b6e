#include "store/archive/archive_location.h"

#include <cerrno>
#include <fmt/format.h>
#include <sys/stat.h>

#include "proto/base/error.h"
#include "proto/files/file_system.h"
#include "store/archive/folder_archive.h"
#include "store/archive/layout.h"
#include "store/backend/s3/s3_backend.h"

namespace walstow {
namespace {

void make_state_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0750) == 0) {
    const auto above = open_posix_file_system(fmt::format("{}/..", folder));
    if (above) above->sync_folder(".");
  } else if (errno != EEXIST) {
    throw_system_error(fmt::format("could not create folder \"{}\"", folder), errno);
  }
}

}  // namespace

ArchiveLocation archive_location(const std::string& name, const Settings& settings) {
  ArchiveLocation location{.name = name, .s3 = {}, .state = name};
  const auto address = parse_s3_address(name);
  if (!address) return location;
  location.state = settings.text("state");
  location.s3 = s3_options(*address, settings, location.state);
  return location;
}

void become_owner_of(const ArchiveLocation& location) {
  if (!location.state.empty()) become_owner_of(location.state);
}

std::unique_ptr<Archive> open_archive(const ArchiveLocation& location) {
  if (!location.s3) return open_archive_folder(location.name);
  return std::make_unique<Archive>(make_s3_backend(*location.s3));
}

std::unique_ptr<Backend> open_backend(const ArchiveLocation& location) {
  return location.s3 ? make_s3_backend(*location.s3) : open_folder_backend(location.name);
}

std::unique_ptr<Backend> begin_archive(const ArchiveLocation& location) {
  if (!location.s3) return begin_archive_folder(location.name);
  probe_s3(*location.s3);
  return make_s3_backend(*location.s3);
}

std::string initialize_archive(const ArchiveLocation& location) {
  if (!location.s3) return initialize_archive_folder(location.name);
  const auto backend = make_s3_backend(*location.s3);
  const auto existing = backend->list_after("", "", 1);
  if (!existing.empty() && !backend->read_record(std::string(layout::kMarker))) {
    throw Error(ErrorKind::kRefused,
                fmt::format("\"{}\" already contains \"{}\"", location.name, existing.front().key),
                "Give the archive its own prefix: s3://BUCKET/PREFIX.");
  }
  probe_s3(*location.s3);
  if (!location.state.empty()) make_state_folder(location.state);
  return initialize_archive(*backend);
}

}  // namespace walstow
