// The archive's certificate authority: makes the certificates of the store and of its clients.
// This code works on values; store/certificates/tls_folder.h handles the files.
//
// A certificate proves a client's name, and the registry (store/archive/client_registry.h) contains
// the client's rights. So a client's certificate contains nothing but the name. Certificates are
// never revoked: an administrator removes the client's record instead.
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

// Returns the lifetime from an hour before `now` to `days` after it. The hour allows for clocks
// that differ between hosts.
Lifetime lifetime_of(Time now, std::chrono::days days);

// As many days as an archive may be in use: a new authority requires new files on every host.
inline constexpr std::chrono::days kAuthorityDays{20 * 365 + 5};
// Long enough not to be a nuisance, and short enough that the administrators still remember how to
// renew.
inline constexpr std::chrono::days kCertificateDays{2 * 365};

// --- keys ---

KeyHandle make_key();
// Returns the key as PKCS#8 in PEM, without a passphrase.
std::string private_key_text(const EVP_PKEY& key);

// Returns the public key of a certificate signing request (PEM). The request's signature must prove
// that the requester has the private key. Everything else in the request is ignored. Throws
// Error{kUsage} if there is no such file, and Error{kInvalid} if the proof fails or the key is too
// weak.
KeyHandle read_signing_request(const std::string& path);

// Parses a public key in the registry's form: SubjectPublicKeyInfo, DER.
KeyHandle parse_public_key(ByteView der);

// --- certificates ---

std::string certificate_text(const X509& certificate);  // PEM

// Makes the authority's own certificate, signed by its own key. It may sign certificates, but not
// the certificates of further authorities. `name` becomes the common name: at most 64 characters.
CertificateHandle make_authority_certificate(EVP_PKEY& key, const std::string& name,
                                             const Lifetime& lifetime);

class Authority {
 public:
  // The first certificate in `identity` is the authority's own. Throws Error{kUsage} if that
  // certificate may not sign others.
  explicit Authority(Identity identity);

  // The two functions below make certificates that do not outlive the authority's own. Both throw
  // Error{kUsage} if the authority's certificate has expired already.

  // Makes a certificate for walstowd. `hosts` contains at least one entry, in the form that
  // store/certificates/host_names.h defines.
  CertificateHandle issue_server(EVP_PKEY& public_key, const std::vector<std::string>& hosts,
                                 const Lifetime& lifetime) const;
  // Makes a certificate for a client. `name` is a valid client name.
  CertificateHandle issue_client(EVP_PKEY& public_key, const std::string& name,
                                 const Lifetime& lifetime) const;

  const X509& certificate() const { return *identity_.chain.front(); }

 private:
  Lifetime within_own(const Lifetime& lifetime) const;

  Identity identity_;
};

}  // namespace walstow
