// The TLS files in an archive's folder, below "_tls": the authority's certificate and key, and
// walstowd's certificate and key. Keys have mode 0600 from the start. An existing key is never
// replaced, because its certificate would become useless. Every file is durable on return.
//
// The authority's key may be moved off the host: without it, everything works except making
// certificates.
//
// Errors: Error{kUsage} for missing or invalid files; Error{kStorage} if the file system fails.
#pragma once

#include <string>
#include <vector>

#include "proto/link/tls/certificate.h"
#include "store/certificates/certificate_authority.h"

namespace walstow {

struct TlsFolder {
  std::string authority_certificate;  // ca.crt
  std::string authority_key;          // ca.key
  std::string certificate;            // server.crt
  std::string key;                    // server.key
};

// Returns the paths of these files in the archive in `folder`, whether they exist or not.
TlsFolder tls_folder_of(const std::string& folder);

// Reads the authority from its certificate and its key. If the key was moved off the host, the
// Error has a hint.
Authority read_authority(const std::string& certificate_path, const std::string& key_path);

// Makes the authority of the archive in `folder`, unless its certificate exists. Completes the work
// of an interrupted call. Throws Error{kUsage} if the authority's certificate was removed although
// walstowd's certificate exists: a new authority would shut out every client.
void make_authority(const std::string& folder, const std::string& archive_id, Time now);

// Returns the hosts of the store's existing certificate. The list is empty if there is no
// certificate.
std::vector<std::string> server_hosts(const std::string& folder);

// Makes server.crt in the archive in `folder`, and server.key unless that file exists. Returns the
// facts of the certificate.
struct ServerRenewal {
  std::vector<std::string> hosts;  // at least one
  Lifetime lifetime;
};
CertificateFacts renew_server_certificate(const std::string& folder, const Authority& authority,
                                          const ServerRenewal& renewal);

}  // namespace walstow
