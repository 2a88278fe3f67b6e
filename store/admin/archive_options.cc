#include "store/admin/archive_options.h"

#include "store/server/daemon_settings.h"

namespace walstow {

ArchiveLocation location_argument(const CommandContext& call, std::string_view argument) {
  const std::string name = call.command.positional(argument);
  if (!parse_s3_address(name)) return {.name = name, .s3 = {}, .state = name};
  Settings settings = read_walstowd_settings(call.command.option("walstowd-config"));
  const std::string state = call.command.option("state");
  if (!state.empty()) settings.set("state", state, "--state");
  return archive_place(name, settings);
}

}  // namespace walstow
