#include "tests/contract/backends.h"

#include <atomic>
#include <thread>
#include <vector>

#include "proto/base/bytes.h"

namespace walstow {

std::unique_ptr<StagedObject> stage_text(Backend& backend, std::string_view content) {
  auto staged = backend.stage();
  staged->write(as_bytes(content));
  return staged;
}

PublishResult publish_text(Backend& backend, const std::string& key, std::string_view content) {
  return backend.publish(*stage_text(backend, content), key);
}

std::string read_all(ObjectSource& source) {
  std::string content;
  std::vector<std::byte> piece(kChunkSize);
  while (const std::size_t size = source.read(piece)) {
    content += as_text(ByteView(piece).first(size));
  }
  return content;
}

std::optional<std::string> object_text(Backend& backend, const std::string& key) {
  const auto source = backend.open_object(key);
  if (source == nullptr) return std::nullopt;
  return read_all(*source);
}

void run_together(std::size_t count, const std::function<void(std::size_t)>& run) {
  std::atomic<std::size_t> ready = 0;
  std::vector<std::jthread> threads;
  for (std::size_t number = 0; number < count; ++number) {
    threads.emplace_back([&, number] {
      for (++ready; ready < count;)
        std::this_thread::yield();
      run(number);
    });
  }
}

}  // namespace walstow
