#include "proto/pgdata/spool_folder.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

#include <fmt/format.h>
#include <span>
#include <utility>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/utf8.h"

namespace walstow {
namespace {

// The longest contains short texts and a path of 4096 bytes. JSON may need six bytes for each.
constexpr std::size_t kLargestRecord = std::size_t{32} * 1024;

// The end of a member's name whose text is hexadecimal.
constexpr std::string_view kHex = ":hex";

std::string_view as_view(boost::json::string_view text) {
  return {text.data(), text.size()};
}

std::optional<std::string> text_from_hex(std::string_view digits) {
  std::string text(digits.size() / 2, '\0');
  if (!from_hex(digits, std::as_writable_bytes(std::span(text)))) return std::nullopt;
  return text;
}

void make_folders(FileSystem& files, const std::string& folder) {
  if (folder == ".") return;
  make_folders(files, parent_folder(folder));
  files.make_folder(folder);
}

}  // namespace

std::unique_ptr<FileSystem> open_wal_folder(const std::string& folder) {
  return open_posix_file_system(
      folder, {.temporary_folder = std::string(kSpoolFolder), .as_folder_owner = true});
}

std::string in_spool(std::string_view name) {
  return fmt::format("{}/{}", kSpoolFolder, name);
}

void remove_empty_spool(FileSystem& wal_folder) {
  const std::string spool(kSpoolFolder);
  const auto names = wal_folder.list(spool);
  if (names && names->empty()) wal_folder.remove(spool);
}

std::string value_of(const SpoolRecord& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? std::string() : found->second;
}

std::string to_json(const SpoolRecord& record) {
  boost::json::object object;
  for (const auto& [name, value] : record) {
    if (is_utf8(value)) {
      object[name] = value;
    } else {
      object[name + std::string(kHex)] = to_hex(as_bytes(value));
    }
  }
  return fmt::format("{}\n", boost::json::serialize(object));
}

std::optional<SpoolRecord> parse_spool_record(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse({json.data(), json.size()}, error);
  if (error || !value.is_object()) return std::nullopt;
  SpoolRecord record;
  for (const auto& member : value.get_object()) {
    if (!member.value().is_string()) continue;
    std::string_view name = as_view(member.key());
    std::string text(as_view(member.value().get_string()));
    if (name.ends_with(kHex)) {
      name.remove_suffix(kHex.size());
      auto bytes = text_from_hex(text);
      if (!bytes) return std::nullopt;
      text = *std::move(bytes);
    }
    record.emplace(name, std::move(text));
  }
  return record;
}

std::optional<SpoolRecord> read_record(FileSystem& wal_folder, std::string_view name) {
  try {
    const auto content = read_small_file(wal_folder, in_spool(name), kLargestRecord);
    return content ? parse_spool_record(*content) : std::nullopt;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kDamaged) return std::nullopt;  // too long
    throw;
  }
}

void write_record(FileSystem& wal_folder, std::string_view name, const SpoolRecord& record) {
  make_folders_durably(wal_folder, std::string(kSpoolFolder));
  write_durably(wal_folder, in_spool(name), to_json(record));
}

void write_passing_record(FileSystem& wal_folder, std::string_view name,
                          const SpoolRecord& record) {
  const std::string path = in_spool(name);
  make_folders(wal_folder, parent_folder(path));
  const std::unique_ptr<File> file = wal_folder.create_temporary();
  file->write_at(0, as_bytes(to_json(record)));
  wal_folder.replace_by_temporary(*file, path);
  file->close();
}

}  // namespace walstow
