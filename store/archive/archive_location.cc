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
    const auto above = open_posix_file_system(folder + "/..");
    if (above) above->sync_folder(".");
  } else if (errno != EEXIST) {
    throw_system_error("could not make folder \"" + folder + "\"", errno);
  }
}

}  // namespace

ArchiveLocation archive_place(const std::string& name, const Settings& settings) {
  ArchiveLocation place{.name = name, .s3 = {}, .state = name};
  const auto address = parse_s3_address(name);
  if (!address) return place;
  place.state = settings.text("state");
  place.s3 = s3_options(*address, settings, place.state);
  return place;
}

void become_owner_of(const ArchiveLocation& place) {
  if (!place.state.empty()) become_owner_of(place.state);
}

std::unique_ptr<Archive> open_archive(const ArchiveLocation& place) {
  if (!place.s3) return open_archive_folder(place.name);
  return std::make_unique<Archive>(make_s3_backend(*place.s3));
}

std::unique_ptr<Backend> open_backend(const ArchiveLocation& place) {
  return place.s3 ? make_s3_backend(*place.s3) : open_folder_backend(place.name);
}

std::unique_ptr<Backend> begin_archive(const ArchiveLocation& place) {
  if (!place.s3) return begin_archive_folder(place.name);
  probe_s3(*place.s3);
  return make_s3_backend(*place.s3);
}

std::string initialize_archive(const ArchiveLocation& place) {
  if (!place.s3) return initialize_archive_folder(place.name);
  const auto backend = make_s3_backend(*place.s3);
  const auto standing = backend->list_after("", "", 1);
  if (!standing.empty() && !backend->read_record(std::string(layout::kMarker))) {
    throw Error(ErrorKind::kRefused,
                fmt::format("\"{}\" holds \"{}\" already", place.name, standing.front().key),
                "Give a prefix of its own: s3://BUCKET/PREFIX.");
  }
  probe_s3(*place.s3);
  if (!place.state.empty()) make_state_folder(place.state);
  return initialize_archive(*backend);
}

}  // namespace walstow
