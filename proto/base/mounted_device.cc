#include "proto/base/mounted_device.h"

#include <sstream>

#include "proto/base/error.h"
#include "proto/base/proc_file.h"

namespace walstow {
namespace {

// "\040" is a space: the kernel escapes the characters that separate fields or lines.
std::string without_octal_escapes(std::string_view text) {
  constexpr std::size_t kEscape = 4;  // a backslash and three digits
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  while (!text.empty()) {
    std::size_t size = 1;
    unsigned byte = static_cast<unsigned char>(text[0]);
    if (text.size() >= kEscape && text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) &&
        is_octal(text[3])) {
      size = kEscape;
      byte = static_cast<unsigned>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
    }
    plain += static_cast<char>(byte);
    text.remove_prefix(size);
  }
  return plain;
}

bool lies_below(std::string_view path, std::string_view mount_point) {
  if (mount_point == "/") return path.starts_with('/');
  return path.starts_with(mount_point) &&
         (path.size() == mount_point.size() || path[mount_point.size()] == '/');
}

}  // namespace

std::string parse_mounted_device(std::string_view mountinfo, std::string_view path) {
  std::istringstream lines{std::string(mountinfo)};
  std::string device;
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string id;
    std::string parent;
    std::string its_device;
    std::string root;
    std::string escaped_point;
    if (!(fields >> id >> parent >> its_device >> root >> escaped_point)) continue;
    const std::string mount_point = without_octal_escapes(escaped_point);
    // Of several mounts at one mount point, the last one hides the others.
    if (mount_point.size() < longest || !lies_below(path, mount_point)) continue;
    longest = mount_point.size();
    device = its_device;
  }
  return device;
}

std::string mounted_device(const std::string& path) {
  try {
    return parse_mounted_device(read_proc_file("/proc/self/mountinfo").value_or(""), path);
  } catch (const Error&) {
    return "";
  }
}

}  // namespace walstow
