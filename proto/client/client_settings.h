// The settings of every program that talks to a store: where the store is, which client the program
// is, and how long it waits. They are declared once here. walstow-archive, walstow-restore and
// walstow add their own.
#pragma once

#include <string>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/client/connector.h"
#include "proto/program/settings.h"

namespace walstow {

const std::vector<Setting>& client_settings();

// How long the client waits, at most, for each part of a request.
struct Deadlines {
  Duration connect;   // until a connection is ready for a request
  Duration head;      // from the end of the request until the reply's head
  Duration progress;  // for each further 64 KiB in either direction
  Duration whole;     // for one request with all its data
};

struct ClientOptions {
  std::string cluster;
  // The text of the setting `store`, for messages.
  std::string store_text;
  Store store;
  Deadlines deadlines{};
};

// Throws Error{kUsage} if a setting is missing, or if `store` is not an address of any known link.
ClientOptions client_options(const Settings& settings);

// Like client_options(), but does not require a cluster (walstow init, cluster list).
ClientOptions store_options(const Settings& settings);

}  // namespace walstow
