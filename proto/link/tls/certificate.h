// Reads X.509 certificates and private keys from PEM files, and returns their contents.
// store/certificates/certificate_authority.h makes them.
//
// Errors: Error{kUsage} naming the file, since the administrator who set its path can fix it. Each
// call leaves OpenSSL's error queue as it was. Threads: several may call the functions at once.
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

// Sole ownership; OpenSSL's own calls take .get().
using CertificateHandle = std::unique_ptr<X509, FreeOpenSsl>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeOpenSsl>;

// The contents of a certificate. They prove nothing: use them only after the chain has been
// verified.
struct CertificateFacts {
  std::string common_name;  // of the subject; "" unless it has exactly one, of printable ASCII
  Time not_before;
  Time not_after;
  std::vector<std::byte> public_key;  // its SubjectPublicKeyInfo, DER
  std::string fingerprint;            // key_fingerprint() of public_key
};

// Throws Error{kInvalid} when OpenSSL cannot read a field.
CertificateFacts facts_of(const X509& certificate);

// Returns every certificate of a PEM file, in its order: at least one. Skips other PEM blocks.
std::vector<CertificateHandle> read_certificates(const std::string& path);

// Returns the private key of a PEM file. Like libpq, refuses a file that anyone but its owner may
// read; a file owned by root may be readable for its group (mode 0640). Never asks for a
// passphrase.
KeyHandle read_private_key(const std::string& path);

// What one end of a connection presents and proves to be its own.
struct Identity {
  std::vector<CertificateHandle> chain;  // its own certificate, then the intermediates
  KeyHandle key;
};

// Also throws when the key does not belong to the first certificate.
Identity read_identity(const std::string& certificate_path, const std::string& key_path);

}  // namespace walstow
