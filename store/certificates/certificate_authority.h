// The archive's certificate authority: makes the certificates of the store and of its clients.
// Works on values only; store/certificates/tls_folder.h handles the files.
//
// A certificate proves a name, and the registry (store/archive/client_registry.h) contains the
// rights of that name. So a client's certificate contains nothing but its name. It is never
// revoked: an administrator removes its record.
//
// Keys are ECDSA P-256, signatures use SHA-256. A key from outside may also be P-384, Ed25519, or
// RSA with 2048 to 8192 bits. Serial numbers are random, with 128 bits.
//
// Errors: Error{kInvalid} for invalid input from outside. Each call leaves OpenSSL's error queue as
// it was.
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

// From an hour before `now`, since the clocks of hosts differ, to `days` after it.
Lifetime lifetime_of(Time now, std::chrono::days days);

// As long as an archive may live: a new authority requires new files on every host.
inline constexpr std::chrono::days kAuthorityDays{20 * 365 + 5};
// Long enough to be no chore, short enough that somebody still remembers how to renew.
inline constexpr std::chrono::days kCertificateDays{2 * 365};

// --- keys ---

KeyHandle make_key();
// PKCS#8, PEM, without a passphrase.
std::string private_key_text(const EVP_PKEY& key);

// The public key of a certificate signing request (PEM). The request's signature must prove that
// the requester has the private key. Everything else in the request is ignored. Throws
// Error{kUsage} if there is no such file, Error{kInvalid} if the proof fails or the key is too
// weak.
KeyHandle read_signing_request(const std::string& path);

// A public key in the registry's form: SubjectPublicKeyInfo, DER.
KeyHandle parse_public_key(ByteView der);

// --- certificates ---

std::string certificate_text(const X509& certificate);  // PEM

// The authority's own certificate, signed by its own key. It may sign certificates, but no further
// authority. `name` becomes the common name: at most 64 characters.
CertificateHandle make_authority_certificate(EVP_PKEY& key, const std::string& name,
                                             const Lifetime& lifetime);

class Authority {
 public:
  // The first certificate is the authority's own. Throws Error{kUsage} if it may not sign others.
  explicit Authority(Identity identity);

  // Neither certificate outlives the authority's own. Throw Error{kUsage} if that has expired
  // already.

  // For walstowd: `hosts` as in store/certificates/host_names.h, at least one.
  CertificateHandle issue_server(EVP_PKEY& public_key, const std::vector<std::string>& hosts,
                                 const Lifetime& lifetime) const;
  // For a client: `name` is a valid client name.
  CertificateHandle issue_client(EVP_PKEY& public_key, const std::string& name,
                                 const Lifetime& lifetime) const;

  const X509& certificate() const { return *identity_.chain.front(); }

 private:
  Lifetime within_own(const Lifetime& lifetime) const;

  Identity identity_;
};

}  // namespace walstow
