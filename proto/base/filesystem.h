#pragma once

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/fstream.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <string>

namespace walstow {

// Paths, statuses and walks over folders are Boost.Filesystem's. What must be durable goes through
// FileSystem (proto/files/file_system.h) instead. Functions without an error_code throw
// fs::filesystem_error, a std::exception.
namespace fs = boost::filesystem;

// `path` as it is from any folder; unchanged where the working folder cannot be told.
std::string absolute_path(const std::string& path);

// An absolute path without ".", doubled slashes and a slash at its end; ".." is resolved by text
// alone. No file is looked at, so symbolic links are not followed. Other text ("s3://BUCKET") is
// returned as it is.
std::string normalized(const std::string& path);

}  // namespace walstow
