#pragma once

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/fstream.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <string>

namespace walstow {

// Paths, file status and directory traversal use Boost.Filesystem. Durable changes go through
// FileSystem (proto/files/file_system.h) instead. Functions without an error_code throw
// fs::filesystem_error, a std::exception.
namespace fs = boost::filesystem;

// Returns `path` as an absolute path; unchanged when the working folder is unknown.
std::string absolute_path(const std::string& path);

// Returns an absolute path without ".", doubled slashes and trailing slash. It resolves ".."
// textually and reads no file, so it does not follow symbolic links. It returns text that is not an
// absolute path ("s3://BUCKET") unchanged.
std::string normalized(const std::string& path);

}  // namespace walstow
