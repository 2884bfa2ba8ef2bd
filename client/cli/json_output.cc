#include "client/cli/json_output.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "proto/error_detail.h"

namespace convoy {

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // Can fail only for messages that hold an Any of unknown type.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

std::string JobToJson(const v1::Job& job,
                      const std::vector<v1::JobFile>& files) {
  std::vector<std::string> texts;
  for (const v1::JobFile& file : files) texts.push_back(ToJson(file));
  return absl::StrCat("{\"job\":", ToJson(job), ",\"files\":[",
                      absl::StrJoin(texts, ","), "]}");
}

std::string ErrorToJson(const absl::Status& status) {
  google::protobuf::Value message;
  message.set_string_value(std::string(status.message()));
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  return absl::StrCat(
      "{\"error\":{\"code\":\"", absl::StatusCodeToString(status.code()),
      "\",\"message\":", ToJson(message),
      detail.has_value() ? absl::StrCat(",\"detail\":", ToJson(*detail)) : "",
      "}}");
}

}  // namespace convoy
