// The options that are common to all commands that make certificates. Errors: Error{kUsage}.
#pragma once

#include "store/admin/command_context.h"
#include "store/certificates/certificate_authority.h"

namespace walstow {

inline constexpr Option kAuthorityKeyOption{
    "--ca-key", "FILE", "the authority's key, if it was moved out of the archive",
    ValueType::kFile};
inline constexpr Option kAuthorityOption{
    "--ca", "FILE", "the authority's certificate, if it is not in the archive", ValueType::kFile};
inline constexpr Option kDaysOption{"--days", "NUMBER",
                                    "how many days the certificate is valid (default: 730)"};

// Returns the validity of a new certificate: from now on, for --days.
Lifetime lifetime_option(const CommandContext& call);

// Returns the authority in the files of --ca and --ca-key. If an option is not given, the default
// is the file that walstow made in `archive`, an archive's folder. If `archive` is "", the default
// for --ca is the setting "tls.ca", and --ca-key must be given.
Authority authority_option(const CommandContext& call, const std::string& archive);

}  // namespace walstow
