#include "store/certificates/tls_folder.h"

#include <fmt/format.h>
#include <memory>
#include <system_error>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/files/file_system.h"
#include "store/certificates/host_names.h"

namespace walstow {
namespace {

constexpr const char* kFolder = "_tls";
constexpr const char* kAuthorityCertificate = "_tls/ca.crt";
constexpr const char* kAuthorityKey = "_tls/ca.key";
constexpr const char* kCertificate = "_tls/server.crt";
constexpr const char* kKey = "_tls/server.key";

std::unique_ptr<FileSystem> open_archive(const std::string& folder,
                                         const PosixFileSystemOptions& options = {}) {
  auto files = open_posix_file_system(folder, options);
  if (files) return files;
  throw Error(ErrorKind::kUsage, fmt::format("archive folder \"{}\" does not exist", folder),
              "Is its file system mounted? Only if no archive exists yet, create one with "
              "\"walstow init\".");
}

// Reads the key back in every case: if another process has made it, that one counts.
KeyHandle existing_or_new_key(const std::string& folder, const std::string& path) {
  const auto files = open_archive(folder, {.file_mode = 0600});
  if (!files->status(path)) {
    make_folders_durably(*files, kFolder);
    create_durably(*files, path, private_key_text(*make_key()));
  }
  return read_private_key(files->describe(path));
}

}  // namespace

TlsFolder tls_folder_of(const std::string& folder) {
  const auto in_folder = [&](const char* path) { return fmt::format("{}/{}", folder, path); };
  return {.authority_certificate = in_folder(kAuthorityCertificate),
          .authority_key = in_folder(kAuthorityKey),
          .certificate = in_folder(kCertificate),
          .key = in_folder(kKey)};
}

Authority read_authority(const std::string& certificate_path, const std::string& key_path) {
  boost::system::error_code unknown;  // reading it reports that with a better message
  if (fs::exists(certificate_path, unknown) && !fs::exists(key_path, unknown)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("could not find the authority's key: \"{}\"", key_path),
                "If it was moved, give the file with --ca-key.");
  }
  return Authority(read_identity(certificate_path, key_path));
}

void make_authority(const std::string& folder, const std::string& archive_id, Time now) {
  const auto files = open_archive(folder);
  if (files->status(kAuthorityCertificate)) return;
  if (files->status(kCertificate)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("could not find the authority's certificate: \"{}\"",
                            files->describe(kAuthorityCertificate)),
                "Copy it back: every client has a copy of it, named \"ca.crt\".");
  }
  const KeyHandle key = existing_or_new_key(folder, kAuthorityKey);
  const CertificateHandle certificate = make_authority_certificate(
      *key, fmt::format("walstow archive {}", archive_id), lifetime_of(now, kAuthorityDays));
  create_durably(*files, kAuthorityCertificate, certificate_text(*certificate));
}

std::vector<std::string> server_hosts(const std::string& folder) {
  const auto files = open_archive(folder);
  if (!files->status(kCertificate)) return {};
  return hosts_of(*read_certificates(files->describe(kCertificate)).front());
}

CertificateFacts renew_server_certificate(const std::string& folder, const Authority& authority,
                                          const ServerRenewal& renewal) {
  const auto files = open_archive(folder);
  const KeyHandle key = existing_or_new_key(folder, kKey);
  const CertificateHandle certificate =
      authority.issue_server(*key, renewal.hosts, renewal.lifetime);
  write_durably(*files, kCertificate, certificate_text(*certificate));
  return facts_of(*certificate);
}

}  // namespace walstow
