// Reads the query parameters of a request from outside. Private to this folder.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "proto/http/page.h"
#include "proto/http/target.h"
#include "proto/wal/file_range.h"
#include "proto/wire/command.h"
#include "proto/wire/field_reader.h"

namespace walstow {

namespace form {
extern const FieldForm<std::string> kAfter;
extern const FieldForm<std::uint32_t> kLimit;
extern const FieldForm<Time> kSince;
extern const FieldForm<bool> kDeep;  // "1" gives true; anything else is invalid
extern const FieldForm<std::uint32_t> kJobs;
extern const FieldForm<std::uint64_t> kBytes;
extern const FieldForm<std::string> kObject;
extern const FieldForm<std::string> kCluster;
}  // namespace form

// Reads the parameters of a query one by one. The first invalid parameter becomes the refusal.
class QueryReader {
 public:
  explicit QueryReader(const Target& target) : query_(target.query) {}

  // Returns nullopt if the parameter is absent, or refused because it is invalid or occurs twice.
  template <class Value>
  std::optional<Value> optional(const FieldForm<Value>& form) {
    const std::string* text = take(form.name);
    if (text == nullptr) return std::nullopt;
    auto value = form.parse(*text);
    if (!value) refuse_value(form.name, *text, form.description);
    return value;
  }
  FileRange range();
  PageRange page();

  // Call it after reading all known parameters. It refuses a request that has any other parameter.
  std::optional<Refusal> refused();

 private:
  const std::string* take(std::string_view name);
  void refuse_value(std::string_view name, std::string_view value, std::string_view description);
  void refuse(Refusal refusal);

  const std::vector<std::pair<std::string, std::string>>& query_;
  std::set<std::string_view> taken_;
  std::optional<Refusal> refusal_;
};

// Parses a request for a page of a list that has no other parameters.
template <class List>
OrRefusal<Command> parse_page(const Target& target, List list) {
  QueryReader query(target);
  list.page = query.page();
  if (auto refused = query.refused()) return std::move(*refused);
  return list;
}

}  // namespace walstow
