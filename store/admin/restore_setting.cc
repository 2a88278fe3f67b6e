#include "store/admin/restore_setting.h"

#include <fmt/format.h>

namespace walstow {

std::string restore_setting(const std::string& program, const Words& options,
                            const std::string& cluster) {
  Words words{program};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--cluster", cluster});
  std::string line;
  for (const char letter : command_line(words))
    line.append(letter == '%' ? 2 : 1, letter);
  return fmt::format("{} %f %p", line);
}

}  // namespace walstow
