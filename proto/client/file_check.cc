#include "proto/client/file_check.h"

#include <array>
#include <vector>

#include "proto/base/buffer.h"

namespace walstow {

Checked check_file(FileContent& file, const WalFileName& name, std::uint64_t size,
                   const ServerIdentity& server) {
  std::vector<std::byte> beginning(bytes_to_check(name, size));
  beginning.resize(file.read_at(0, beginning));
  Checked checked = precheck({.name = name, .size = size, .beginning = beginning}, server);
  if (checked.newer) {
    std::array<std::byte, sizeof checked.newer->magic> magic{};
    const std::size_t read = file.read_at(checked.newer->page_size, magic);
    check_second_page(*checked.newer, ByteView(magic).first(read));
  }
  return checked;
}

ReadThrough read_through(FileContent& file, std::uint64_t most, const ByteSink& also) {
  Hasher hasher;
  Buffer chunk(kChunkSize);
  std::uint64_t size = 0;
  while (size <= most) {
    const std::size_t read = file.read_at(size, chunk);
    if (read == 0) break;
    hasher.update(chunk.first(read));
    if (also) also(chunk.first(read));
    size += read;
  }
  return {.size = size, .digest = hasher.digest()};
}

}  // namespace walstow
