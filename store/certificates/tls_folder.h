// The TLS files in an archive's folder, below "_tls": the authority's certificate and key, and
// walstowd's own. Keys have mode 0600 from the start. An existing key is never replaced, since its
// certificate would become useless. Everything is durable on return.
//
// The authority's key may be moved off the host: everything but making certificates works without
// it.
//
// Errors: Error{kUsage} for missing or invalid files, Error{kStorage} as the file system.
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

// Their paths in an archive in `folder`, whether they exist or not.
TlsFolder tls_folder_of(const std::string& folder);

// The authority whose certificate and key are in these files. Its Error has a hint for a key that
// was moved off the host.
Authority read_authority(const std::string& certificate_path, const std::string& key_path);

// Makes the authority of the archive in `folder`, unless its certificate exists. Completes what an
// interrupted call has left. Throws Error{kUsage} if the certificate was taken away: a new one
// would shut out every client.
void make_authority(const std::string& folder, const std::string& archive_id, Time now);

// The hosts of the store's existing certificate. Empty: there is none.
std::vector<std::string> server_hosts(const std::string& folder);

// Makes server.crt of the archive in `folder`, and server.key unless that exists. Returns the facts
// of the certificate.
struct ServerRenewal {
  std::vector<std::string> hosts;  // at least one
  Lifetime lifetime;
};
CertificateFacts renew_server_certificate(const std::string& folder, const Authority& authority,
                                          const ServerRenewal& renewal);

}  // namespace walstow
