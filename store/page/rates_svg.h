// Shows the requests of the last hours as small charts, and the same numbers as a table. Pure.
#pragma once

#include <string>
#include <vector>

#include "store/metrics/recent_rates.h"
#include "store/page/html.h"

namespace walstow {

// `samples` are in the form of RecentRates::read(). `since` is when the store began to count. `id`
// must be unique on the page.
void write_rates(Html& html, const std::vector<RateSample>& samples, Time since, Time now,
                 const std::string& id);

// Returns the sum of the samples of the last hour.
RateSample last_hour(const std::vector<RateSample>& samples);

}  // namespace walstow
