#include "store/admin_call.h"

#include <cerrno>
#include <cstdio>

#include "proto/base/error.h"

namespace walstow {
namespace {

// A person waits for the answer; what is down is not going to come up while they do.
constexpr Duration kPatience{5000};
// A daemon may be restarted amid hours of verification; and a large archive on slow disks takes its
// time when it is read for the first time.
constexpr Duration kLongPatience{60000};

}  // namespace

std::string Call::cluster() const {
  const std::string given = command.positional("CLUSTER");
  return given.empty() ? settings.required("cluster") : given;
}

std::vector<std::string> Call::options(std::string_view name) const {
  const auto found = command.options.find(name);
  return found == command.options.end() ? std::vector<std::string>() : found->second;
}

Patience patience() {
  return {.give_up = Deadline::after(kPatience), .on_failure = {}};
}

Patience long_patience() {
  return {.give_up = Deadline::after(kLongPatience), .on_failure = {}};
}

void print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) == EOF || std::fflush(stdout) == EOF) {
    throw_system_error("could not write the answer", errno);
  }
}

}  // namespace walstow
