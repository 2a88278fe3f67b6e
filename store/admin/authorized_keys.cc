#include "store/admin/authorized_keys.h"

#include <fmt/format.h>

#include "proto/base/shell_quote.h"

namespace walstow {
namespace {

// The form of an option's value that sshd reads: only a quote needs escaping.
std::string option_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string authorized_keys_line(const ForcedCommand& command, const SshPublicKey& key) {
  std::string line = fmt::format("{} --stdio --as {} --key {}", shell_quoted(command.walstowd),
                                 command.client, ssh_fingerprint(key.blob));
  if (!command.archive.empty()) {
    line += fmt::format(" --archive {}", shell_quoted(command.archive));
  }
  return fmt::format("restrict,command=\"{}\" {} {}", option_text(line), to_text(key),
                     command.client);
}

}  // namespace walstow
