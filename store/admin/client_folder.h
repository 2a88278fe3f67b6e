// The folder that `walstow client add` writes: all that a client's host needs, to be copied there.
//
// Made with mode 0700 in a folder that exists. Its files can be read by everybody, so that root can
// copy them as they are, but for the key, which has mode 0600 from the first moment on. Each is
// durable when it is written. Unless keep() was called the folder goes with the object: a key
// without a registered client would only be lying about.
//
// Errors: Error{kUsage} when the folder stands already, Error{kStorage} as the file system.
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
  std::string name_;                                  // its last part
  std::unique_ptr<FileSystem> files_, secret_files_;  // of the folder that holds it
  bool kept_ = false;
};

// Writes one file that is no secret into a folder of that kind, which is made when it is absent; a
// file of that name is replaced. Returns the file's path. Durable on return.
std::string write_client_file(const std::string& folder, std::string_view name,
                              std::string_view content);

}  // namespace walstow
