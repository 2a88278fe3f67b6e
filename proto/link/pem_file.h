// Reads files in PEM format for OpenSSL. Internal to the code that reads or makes certificates.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <sys/stat.h>

namespace walstow {

// On destruction, restores OpenSSL's error queue to its state at construction. Otherwise the next
// TLS call would find an entry that an earlier call has left in the queue, and would report it as
// its own error.
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

// Returns a reader of `text`, which must outlive it.
BioHandle pem_reader(const std::string& text);

// A kind of file, and the words that messages use for it.
struct PemKind {
  const char* name;     // "certificate file"
  const char* label;    // the word in the file after "BEGIN "
  const char* missing;  // the hint for an absent file
};

struct PemFile {
  std::string text;
  struct stat status {};
};

// Throws Error{kUsage} if the file is unreadable, not regular, or too long for a file of its kind.
// Unlike the code for archives, it follows symbolic links: tools that renew certificates depend on
// them.
PemFile read_pem_file(const PemKind& kind, const std::string& path);

// Refuses a private key that others can read: such a key proves nobody's identity. libpq has the
// same rule for sslkey. Throws Error{kUsage}.
void refuse_readable_for_others(const PemFile& file, const std::string& path);

// Throws Error{kUsage}: OpenSSL cannot read the content.
[[noreturn]] void throw_no_pem(const PemKind& kind, const std::string& path);

}  // namespace walstow
