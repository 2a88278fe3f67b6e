// Reads files in PEM format for OpenSSL. Internal to the code that reads and makes certificates.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <sys/stat.h>

namespace walstow {

// Restores OpenSSL's error queue on destruction to its state at construction. The next TLS call
// would take an entry that walstow's own call left there for its own error.
class OpenSslErrorGuard {
 public:
  OpenSslErrorGuard();
  ~OpenSslErrorGuard();
  OpenSslErrorGuard(const OpenSslErrorGuard&) = delete;
  OpenSslErrorGuard& operator=(const OpenSslErrorGuard&) = delete;
};

struct FreeBio {
  void operator()(BIO* bio) const noexcept;
};
using BioHandle = std::unique_ptr<BIO, FreeBio>;

// Reads `text`, which must outlive it.
BioHandle pem_reader(const std::string& text);

// One kind of file, as messages call it.
struct PemKind {
  const char* name;     // "certificate file"
  const char* label;    // after "BEGIN "
  const char* missing;  // the hint when the file is absent
};

struct PemFile {
  std::string text;
  struct stat status {};
};

// Throws Error{kUsage} when the file is unreadable, not regular, or longer than such a file may be.
// Unlike in an archive, it follows symbolic links: tools that renew certificates depend on them.
PemFile read_pem_file(const PemKind& kind, const std::string& path);

// Like libpq's rule for sslkey: a private key that others can read proves nobody's identity. Throws
// Error{kUsage}.
void refuse_readable_for_others(const PemFile& file, const std::string& path);

// Throws Error{kUsage}: OpenSSL cannot read the content.
[[noreturn]] void throw_no_pem(const PemKind& kind, const std::string& path);

}  // namespace walstow
