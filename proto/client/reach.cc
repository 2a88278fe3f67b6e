#include "proto/client/reach.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <string_view>

#include "proto/base/filesystem.h"
#include "proto/client/client_settings.h"
#include "proto/link/executables.h"

namespace walstow {
namespace {

constexpr std::string_view kAgent = "agent";  // of ssh.identity: no file

bool is_on_search_path(std::string_view folder) {
  // Nothing in the project changes the environment, so threads can read it safely.
  const char* const variable = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  std::string_view rest = variable != nullptr ? variable : "";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::string entry(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!entry.ends_with('/')) entry += '/';
    if (entry == folder) return true;
  }
  return false;
}

std::string folder_of_executables() {
  const std::string path = sibling_executable("");
  return path.starts_with('/') && !is_on_search_path(path) ? path : "";
}

bool is_path(const Setting& setting, std::string_view value) {
  return setting.type == ValueType::kFile && value != kAgent &&
         (setting.name != "walstowd" || value.find('/') != std::string_view::npos);
}

// A value that starts with a dash would be read as an option.
void add_option(Words& words, const std::string& name, const std::string& value) {
  if (value.starts_with('-')) {
    words.push_back(fmt::format("{}={}", name, value));
  } else {
    words.insert(words.end(), {name, value});
  }
}

}  // namespace

Reach reach_of(const Settings& settings) {
  Reach reach{.folder = folder_of_executables(), .options = {}, .cluster = {}};
  if (!settings.explicit_file().empty()) {
    add_option(reach.options, "--config", absolute_path(settings.explicit_file()));
  }
  for (const Setting& setting : client_settings()) {
    const std::string value = settings.text(setting.name);
    const std::string origin = settings.origin(setting.name);
    const std::string option = option_name(setting.name);
    const bool given = origin == option || origin == environment_name(setting.name);
    const bool relative = is_path(setting, value) && !value.empty() && !value.starts_with('/');
    if (setting.name == "cluster") {
      if (given) reach.cluster = value;
    } else if (given || relative) {
      add_option(reach.options, option, is_path(setting, value) ? absolute_path(value) : value);
    }
  }
  return reach;
}

Reach reach_of_archive(const std::string& archive) {
  if (archive.empty()) return {.folder = folder_of_executables(), .options = {}, .cluster = {}};
  const bool is_url = archive.find("://") != std::string::npos;
  return {.folder = folder_of_executables(),
          .options = {"--store", is_url ? archive : absolute_path(archive)},
          .cluster = {}};
}

}  // namespace walstow
