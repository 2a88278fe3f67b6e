// How walstow-archive archives a file on a server in recovery. PostgreSQL calls it there only with
// archive_mode = always. The primary archives the same segments, so this server asks the store
// before it sends one. Knows no sockets and no settings.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "proto/client/confirm.h"
#include "proto/client/store_client.h"
#include "proto/files/file_system.h"

namespace walstow {

struct StandbyPut {
  enum class Mode {
    kFill,     // send what the store lacks
    kConfirm,  // send no segment that was received: fail until the store has it
  };
  Mode mode = Mode::kFill;
  // A segment that was last written at this time or later was received: another server has it, too.
  // nullopt: none is known to be received (receives_since()).
  std::optional<std::chrono::system_clock::time_point> receives_since = {};
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
  std::function<void(Duration)> pause = [](Duration time) { std::this_thread::sleep_for(time); };
};

// If the store lacks a young segment, the primary is probably about to archive it. So the command
// repeats the question until the segment is this old, and only then sends it.
inline constexpr Duration kPrimaryGoesFirst{2000};
inline constexpr Duration kAskAgainAfter{100};

// Returns whether the server has received this file from another one, as a segment of its log.
bool is_received(const WalFileName& file, const FileStatus& status, const StandbyPut& how);

// Returns only after the store has promised that the file is durable. `status` is the file's, from
// before it was read. `first` is the store's answer, if it has been asked already. With kConfirm,
// throws Error{kRefused} if the store has nothing under the name of a received segment, unless the
// segment is the unfinished last one of a timeline. Throws otherwise as StoreClient::put() does.
PutDone put_from_standby(ConfirmFile question, FileContent& raw, const FileStatus& status,
                         const StandbyPut& how, const std::optional<Confirmed>& first,
                         StoreClient& store, const Patience& patience);

}  // namespace walstow
