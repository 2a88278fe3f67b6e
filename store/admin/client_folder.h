// The folder that `walstow client add` writes. It contains all files that a client's host needs,
// and is to be copied to that host.
//
// It is made with mode 0700 in an existing folder. The key has mode 0600 from the start, the other
// files have mode 0644. Each file is durable once it is written. Unless keep() was called, the
// destructor removes the folder: a key without a registered client is useless.
//
// Errors: Error{kUsage} if the folder exists already; Error{kStorage} if the file system fails.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "proto/files/file_system.h"

namespace walstow {

class ClientFolder {
 public:
  explicit ClientFolder(const std::string& path);
  ~ClientFolder();
  ClientFolder(const ClientFolder&) = delete;
  ClientFolder& operator=(const ClientFolder&) = delete;

  void write(std::string_view name, std::string_view content);
  void write_key(std::string_view name, std::string_view content);
  void keep() noexcept { kept_ = true; }

  const std::string& path() const { return path_; }

 private:
  std::string path_;                                  // absolute
  std::string name_;                                  // the last part of the path
  std::unique_ptr<FileSystem> files_, secret_files_;  // file systems of its parent folder
  bool kept_ = false;
};

// Writes one public file into such a folder. Creates the folder if it is absent. Replaces a file of
// that name. Returns the file's path. The file is durable on return.
std::string write_client_file(const std::string& folder, std::string_view name,
                              std::string_view content);

}  // namespace walstow
