// Stored objects for tests, as the store makes them.
#pragma once

#include <string>
#include <string_view>

#include "proto/codec/object.h"

namespace walstow {

// Passes an object to the sink. `write` receives the encoder, and writes the content to it.
template <class Write>
void encode_object(const ObjectHeader& header, ObjectEncoder::Input input, int level,
                   const ByteSink& sink, Write write) {
  Sha256 sha256;
  ObjectEncoder encoder(header, input, level, [&](ByteView bytes) {
    sha256.update(bytes);
    sink(bytes);
  });
  write(encoder);
  encoder.finish_frames();
  encoder.finish(sha256.finish());
}

inline void encode_object(const ObjectHeader& header, std::string_view content,
                          const ByteSink& sink) {
  encode_object(header, ObjectEncoder::Input::kRaw, kDefaultCompressionLevel, sink,
                [&](ObjectEncoder& encoder) { encoder.write(as_bytes(content)); });
}

inline std::string encoded_object(const ObjectHeader& header, std::string_view content) {
  std::string object;
  encode_object(header, content, [&object](ByteView bytes) { object += as_text(bytes); });
  return object;
}

}  // namespace walstow
