// The archive's certificate authority: makes the certificates of the store and of its clients. On
// values only; where they lie as files is store/certificates/tls_folder.h's.
//
// A certificate proves a name, and the registry (store/archive/client_registry.h) says what that
// name may do. So a client's certificate says nothing but its name, and is not revoked: its record
// is removed.
//
// Keys are ECDSA P-256, signatures with SHA-256; a key that comes from outside may also be of
// P-384, Ed25519 or RSA from 2048 to 8192 bits. Serial numbers are random, of 128 bits.
//
// Errors: Error{kInvalid} for what comes from outside and is not as it must be. OpenSSL's error
// queue is as empty after each call as it was before.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/link/tls/certificate.h"

namespace walstow {

struct Lifetime {
  Time from;
  Time until;
};

// From an hour before `now`, since the clocks of other hosts differ, to `days` after it.
Lifetime lifetime_of(Time now, std::chrono::days days);

// As long as an archive may live: a new authority means new files on every host.
inline constexpr std::chrono::days kAuthorityDays{20 * 365 + 5};
// Long enough to be no chore, short enough to be done by someone who remembers how.
inline constexpr std::chrono::days kCertificateDays{2 * 365};

// --- keys ---

KeyHandle make_key();
// PKCS#8, PEM, without a passphrase.
std::string private_key_text(const EVP_PKEY& key);

// The key that a certificate signing request (PEM) asks a certificate for, after its signature has
// proved that the asker has the private one. Whatever else it asks for is ignored. Throws
// Error{kUsage} when there is no such file, Error{kInvalid} when it proves nothing or its key is
// too weak.
KeyHandle read_signing_request(const std::string& path);

// A public key as the registry has it: SubjectPublicKeyInfo, DER.
KeyHandle parse_public_key(ByteView der);

// --- certificates ---

std::string certificate_text(const X509& certificate);  // PEM

// The authority's own certificate, signed by its own key. It may sign others, but no further
// authority. `name` becomes the common name: at most 64 characters.
CertificateHandle make_authority_certificate(EVP_PKEY& key, const std::string& name,
                                             const Lifetime& lifetime);

class Authority {
 public:
  // The first certificate is the authority's own. Throws Error{kUsage} when it may not sign others.
  explicit Authority(Identity identity);

  // Both end with the authority's own certificate at the latest: nothing outlives it. Throw
  // Error{kUsage} when that has ended already.

  // For walstowd: `hosts` as store/certificates/host_names.h wants them, at least one.
  CertificateHandle issue_server(EVP_PKEY& public_key, const std::vector<std::string>& hosts,
                                 const Lifetime& lifetime) const;
  // For a client: `name` is a valid client's name.
  CertificateHandle issue_client(EVP_PKEY& public_key, const std::string& name,
                                 const Lifetime& lifetime) const;

  const X509& certificate() const { return *identity_.chain.front(); }

 private:
  Lifetime within_own(const Lifetime& lifetime) const;

  Identity identity_;
};

}  // namespace walstow
