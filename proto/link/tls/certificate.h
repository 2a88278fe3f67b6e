// X.509 certificates and private keys: read from PEM files, and what they say. Making them is
// store/certificates/certificate_authority.h's.
//
// Errors: Error{kUsage} naming the file, since whoever wrote its path into the settings mends it.
// OpenSSL's error queue is as empty after each call as it was before. Threads: the functions may be
// called from several at once.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/utc_time.h"

namespace walstow {

struct FreeOpenSsl {
  void operator()(X509* certificate) const noexcept;
  void operator()(EVP_PKEY* key) const noexcept;
};

// Sole ownership; OpenSSL's own calls take what .get() gives.
using CertificateHandle = std::unique_ptr<X509, FreeOpenSsl>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeOpenSsl>;

// What a certificate says. Says, not proves: ask only of one whose chain has been verified.
struct CertificateFacts {
  std::string common_name;  // of the subject; "" unless it has exactly one, of printable ASCII
  Time not_before;
  Time not_after;
  std::vector<std::byte> public_key;  // its SubjectPublicKeyInfo, DER
  std::string fingerprint;            // key_fingerprint() of public_key
};

// Throws Error{kInvalid} when OpenSSL cannot read one of them.
CertificateFacts facts_of(const X509& certificate);

// Every certificate of a PEM file, in its order: at least one. Other PEM blocks are skipped.
std::vector<CertificateHandle> read_certificates(const std::string& path);

// The private key of a PEM file. As libpq does, refuses one that others than its owner may read; a
// file of root's may have a group that reads it (mode 0640). Never asks for a passphrase.
KeyHandle read_private_key(const std::string& path);

// What one end of a connection shows, and proves to be its own.
struct Identity {
  std::vector<CertificateHandle> chain;  // its own certificate, then those that lead to the CA
  KeyHandle key;
};

// Also throws when the key is not that of the first certificate.
Identity read_identity(const std::string& certificate_path, const std::string& key_path);

}  // namespace walstow
