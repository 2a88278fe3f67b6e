#include "proto/link/ssh/ssh_key_types.h"

#include "proto/base/bytes.h"

namespace walstow {

const std::vector<std::string>& ssh_host_key_types() {
  static const std::vector<std::string> kTypes{"ssh-ed25519", "ecdsa-sha2-nistp256",
                                               "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"};
  return kTypes;
}

std::string ssh_signature_type(const std::string& key_type) {
  return key_type == "ssh-rsa" ? "rsa-sha2-512" : key_type;
}

std::vector<std::byte> ssh_signing_blob(const SshPublicKey& key) {
  const std::string type = ssh_signature_type(key.type);
  if (type == key.type) return key.blob;
  constexpr std::size_t kLengthSize = 4;
  std::vector<std::byte> blob(kLengthSize);
  blob.back() = static_cast<std::byte>(type.size());
  const ByteView name = as_bytes(type);
  blob.insert(blob.end(), name.begin(), name.end());
  const ByteView rest = ByteView(key.blob).subspan(kLengthSize + key.type.size());
  blob.insert(blob.end(), rest.begin(), rest.end());
  return blob;
}

}  // namespace walstow
