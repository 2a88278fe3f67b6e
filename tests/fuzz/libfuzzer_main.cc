// libFuzzer's side: `walstow_fuzz --target=NAME [libFuzzer's options and folders]`, or `--list`.
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>

#include "tests/fuzz/all_targets.h"

namespace walstow {
namespace {

const FuzzTarget* chosen_target = nullptr;  // libFuzzer's functions have no parameter for it

[[noreturn]] void list_targets(std::FILE* stream, int status) {
  for (const FuzzTarget& target : all_targets())
    fmt::print(stream, "{}\n", target.name);
  std::exit(status);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

const FuzzTarget* find_target(std::string_view name) {
  static const std::vector<FuzzTarget> targets = all_targets();
  const auto found = std::ranges::find(targets, name, &FuzzTarget::name);
  return found == targets.end() ? nullptr : &*found;
}

}  // namespace
}  // namespace walstow

// libFuzzer ignores options that begin with two dashes, and passes them to its children.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kOption = "--target=";
  for (const std::string_view argument : std::span(*argv, static_cast<std::size_t>(*argc))) {
    if (argument == "--list") walstow::list_targets(stdout, 0);
    if (!argument.starts_with(kOption)) continue;
    walstow::chosen_target = walstow::find_target(argument.substr(kOption.size()));
  }
  if (walstow::chosen_target == nullptr) {
    fmt::print(stderr, "walstow_fuzz: error: --target=NAME names none of:\n");
    walstow::list_targets(stderr, 2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  walstow::chosen_target->run(std::as_bytes(std::span(data, size)));
  return 0;
}
