#include "proto/link/pem_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <new>
#include <unistd.h>

#include "proto/base/descriptor.h"
#include "proto/base/error.h"

namespace walstow {
namespace {

// A chain has a few certificates of one or two kilobytes each.
constexpr std::size_t kLargestPemFile = std::size_t{1024} * 1024;

[[noreturn]] void throw_unreadable(const PemKind& kind, const std::string& path, int error_number) {
  const bool absent = error_number == ENOENT || error_number == ENOTDIR;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("could not open {} \"{}\": {}", kind.name, path, system_message(error_number)),
      absent ? kind.missing
             : "The user that this program runs as must be able to read it, and to enter every "
               "folder above it.");
}

}  // namespace

OpenSslErrorGuard::OpenSslErrorGuard() {
  ERR_set_mark();
}

OpenSslErrorGuard::~OpenSslErrorGuard() {
  ERR_pop_to_mark();
}

void FreeBio::operator()(BIO* bio) const noexcept {
  BIO_free(bio);
}

BioHandle pem_reader(const std::string& text) {
  BioHandle reader(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!reader) throw std::bad_alloc();
  return reader;
}

PemFile read_pem_file(const PemKind& kind, const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not block.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw_unreadable(kind, path, errno);
  PemFile result;
  if (::fstat(file.get(), &result.status) != 0) throw_unreadable(kind, path, errno);
  if (!S_ISREG(result.status.st_mode)) throw_no_pem(kind, path);
  // One more byte than its size: a file that fills this is too large, or has grown meanwhile.
  const auto announced = static_cast<std::uint64_t>(result.status.st_size);
  result.text.resize(std::min<std::uint64_t>(announced, kLargestPemFile) + 1);
  std::size_t size = 0;
  while (size < result.text.size()) {
    const ssize_t got = ::read(file.get(), result.text.data() + size, result.text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_unreadable(kind, path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == result.text.size()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} \"{}\" is larger than {} KiB", kind.name, path, kLargestPemFile / 1024),
        "Is it the right file? Such files are much smaller.");
  }
  result.text.resize(size);
  return result;
}

void refuse_readable_for_others(const PemFile& file, const std::string& path) {
  const mode_t allowed = file.status.st_uid == 0 ? S_IRWXU | S_IRGRP : S_IRWXU;
  if ((file.status.st_mode & ACCESSPERMS & ~allowed) == 0) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("private key file \"{}\" has mode {:04o}: users other than its owner may use it",
                  path, file.status.st_mode & ALLPERMS),
      fmt::format("Run \"chmod 600 {}\".", path));
}

void throw_no_pem(const PemKind& kind, const std::string& path) {
  throw Error(ErrorKind::kUsage,
              fmt::format("{} \"{}\" is not in PEM format, or is damaged", kind.name, path),
              fmt::format("Such a file has a line \"-----BEGIN {}-----\".", kind.label));
}

}  // namespace walstow
