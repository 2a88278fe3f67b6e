// A small text as the body of a put.
#pragma once

#include <string>

#include "store/backend/s3/s3_service.h"

namespace walstow {

// `text` outlives it.
S3Body text_body(const std::string& text);

}  // namespace walstow
