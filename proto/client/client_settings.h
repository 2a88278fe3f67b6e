// The settings of everything that talks to a store: where it is, as whom, how long to wait.
// Declared once here; walstow-archive, walstow-restore and walstow put their own beside them.
#pragma once

#include <string>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/client/connector.h"
#include "proto/program/settings.h"

namespace walstow {

const std::vector<Setting>& client_settings();

// Every wait on the wire.
struct Deadlines {
  Duration connect;   // to a connection that can carry a request
  Duration head;      // from the end of the request to the reply's head
  Duration progress;  // for each further 64 KiB either way
  Duration whole;     // one request with everything in it
};

struct ClientOptions {
  std::string cluster;
  std::string store_text;  // as set, for messages
  Store store;
  Deadlines deadlines{};
};

// Throws Error{kUsage} for what is missing or of no link's form.
ClientOptions client_options(const Settings& settings);

// The same without a cluster being required (walstow init, cluster list).
ClientOptions store_options(const Settings& settings);

}  // namespace walstow
