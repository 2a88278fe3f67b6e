// A small text as the body of a put.
#pragma once

#include <string>

#include "store/backend/s3/s3_client.h"

namespace walstow {

// `text` outlives it.
S3Client::Body text_body(const std::string& text);

}  // namespace walstow
