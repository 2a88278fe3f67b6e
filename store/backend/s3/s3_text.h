// Makes the body of a put from a small text.
#pragma once

#include <string>

#include "store/backend/s3/s3_service.h"

namespace walstow {

// `text` must outlive the body.
S3Body text_body(const std::string& text);

}  // namespace walstow
