// The arguments of `walstow client ...`: the client, its rights, its key, and the address by which
// it reaches the store. Each function throws Error{kUsage}, with a hint, if the argument is missing
// or invalid.
#pragma once

#include <set>
#include <string>

#include "proto/identity/grant.h"
#include "proto/identity/ssh_public_key.h"
#include "store/admin/command_context.h"

namespace walstow {

// Returns the argument NAME.
std::string client_name(const CommandContext& call);

// Returns the value of --cluster: a cluster's name, or "*", which means every cluster.
std::string cluster_option(const CommandContext& call);

// Returns the rights of all options --right; none if no such option was given.
std::set<Right> right_options(const CommandContext& call);

// Returns --cluster and the options --right together. At least one right must be given.
Grant grant_option(const CommandContext& call);

// Returns the public key in the file that --ssh names. Its type is one that walstow can sign with.
SshPublicKey ssh_key_option(const CommandContext& call);

// Returns the folder of the archive's certificate authority. For an archive in a folder, it is that
// folder; for an archive in S3, it is the folder of walstowd's setting "state". Returns "" if the
// authority is not on this host.
std::string authority_folder(const CommandContext& call);

// Returns the URL by which the client will reach the store: --url, or the URL that this command
// uses, or else the first name in the store's own certificate.
std::string url_for_client(const CommandContext& call);

}  // namespace walstow
