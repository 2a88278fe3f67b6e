#include "proto/link/ssh/ssh_identity.h"

#include <array>
#include <climits>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/link/ssh/openssh_key.h"

namespace walstow {
namespace {

constexpr PemKind kPrivateKey{
    .name = "private key file",
    .label = "OPENSSH PRIVATE KEY",
    .missing =
        "Create one, as the user that runs this command: ssh-keygen -t ed25519 -N '' -f FILE. Or "
        "correct the setting \"ssh.identity\"."};

// The properties of a private key that are visible without using it.
struct Looks {
  std::string type;  // as SSH names it; "" where it is not a private key
  bool encrypted = false;
};

Looks looks_of(std::string_view text) {
  if (text.find(kOpenSshKeyBegin) != std::string_view::npos) {
    const auto key = parse_openssh_key(text);
    if (!key) return {};
    return {.type = std::string(ssh_key_type(key->public_blob).value_or("")),
            .encrypted = key->cipher != "none"};
  }
  // OpenSSL's own formats.
  const bool encrypted = text.find("ENCRYPTED") != std::string_view::npos;
  if (text.find("-----BEGIN EC PRIVATE KEY-----") != std::string_view::npos) {
    return {.type = "ecdsa", .encrypted = encrypted};
  }
  if (text.find("-----BEGIN RSA PRIVATE KEY-----") != std::string_view::npos) {
    return {.type = "ssh-rsa", .encrypted = encrypted};
  }
  if (text.find("-----BEGIN PRIVATE KEY-----") != std::string_view::npos) return {.type = "any"};
  if (text.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos) {
    return {.type = "any", .encrypted = true};
  }
  return {};
}

}  // namespace

std::string home_folder() {
  std::array<char, 4096> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return {};
  }
  return found->pw_dir;
}

bool file_exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

SshKeyFile read_ssh_key_file(const std::string& path) {
  PemFile file = read_pem_file(kPrivateKey, path);
  const Looks looks = looks_of(file.text);
  if (looks.type.empty()) {
    if (parse_ssh_public_key(file.text)) {
      throw Error(ErrorKind::kUsage, fmt::format("\"{}\" is a public key", path),
                  "Set \"ssh.identity\" to the file of the private key, whose name does not end "
                  "with .pub.");
    }
    throw_no_pem(kPrivateKey, path);
  }
  refuse_readable_for_others(file, path);
  if (looks.encrypted) {
    throw Error(ErrorKind::kUsage,
                fmt::format("private key file \"{}\" is protected by a passphrase", path),
                "walstow cannot ask for a passphrase. Create a key without one for this client, or "
                "load the key into an ssh-agent and set \"ssh.identity\" to \"agent\".");
  }
  if (looks.type.starts_with("sk-")) {
    throw Error(ErrorKind::kUsage,
                fmt::format("private key file \"{}\" needs a security key to be touched", path),
                "Create another key for this client: ssh-keygen -t ed25519.");
  }
  return {.path = path, .text = std::move(file.text)};
}

std::vector<std::string> default_ssh_key_files() {
  std::vector<std::string> files;
  const std::string home = home_folder();
  if (home.empty()) return files;
  for (const char* name : {"id_ed25519", "id_ecdsa", "id_rsa"}) {
    const std::string path = fmt::format("{}/.ssh/{}", home, name);
    if (file_exists(path)) files.push_back(path);
  }
  return files;
}

}  // namespace walstow
