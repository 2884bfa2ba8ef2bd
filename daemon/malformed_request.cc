#include "daemon/malformed_request.h"

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/error_detail.pb.h"
#include "daemon/field_check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Path of the first text below `prefix` that is not UTF-8; none if all are, or
// if the bytes cannot be read at all. The contract's messages do not contain
// themselves, so this does not go deeper than they do.
std::optional<std::string> FirstBadText(const Descriptor& type,
                                        const std::string& bytes,
                                        const std::string& prefix) {
  UnknownFieldSet fields;
  if (!fields.ParseFromString(bytes)) return std::nullopt;
  std::map<int, int> seen;  // By number: how many of a repeated field.
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& value = fields.field(i);
    const FieldDescriptor* field = type.FindFieldByNumber(value.number());
    if (field == nullptr || value.type() != UnknownField::TYPE_LENGTH_DELIMITED)
      continue;
    std::string path = absl::StrCat(prefix, field->name());
    if (field->is_repeated()) {
      absl::StrAppend(&path, "[", seen[value.number()]++, "]");
    }
    if (field->type() == FieldDescriptor::TYPE_STRING &&
        !CountCharacters(value.length_delimited()).has_value()) {
      return path;
    }
    if (field->message_type() == nullptr) continue;
    if (std::optional<std::string> below = FirstBadText(
            *field->message_type(), value.length_delimited(), path + ".")) {
      return below;
    }
  }
  return std::nullopt;
}

}  // namespace

absl::Status MalformedRequest(const Descriptor& type,
                              const std::string& bytes) {
  if (const auto field = FirstBadText(type, bytes, "")) {
    return InvalidField(*field, absl::StrCat(*field, " is not UTF-8"));
  }
  return Error(v1::ERROR_REASON_INVALID_ARGUMENT, v1::ERROR_CONTEXT_REQUEST)
      .Status(absl::StrCat("the request is no ", type.full_name()));
}

}  // namespace convoy
