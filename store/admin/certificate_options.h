// The options that the commands which make certificates share. Errors: Error{kUsage}.
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

// From now on, for --days.
Lifetime lifetime_option(const CommandContext& call);

// Of --ca and --ca-key; what is not given is where walstow has made it: in `archive`, the path of
// an archive's folder. Where that is "", the certificate is the one of the setting "tls.ca", and
// the key must be given.
Authority authority_option(const CommandContext& call, const std::string& archive);

}  // namespace walstow
