#ifndef CONVOY_CLIENT_CLI_JSON_OUTPUT_H_
#define CONVOY_CLIENT_CLI_JSON_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "convoy/v1/job.pb.h"
#include "google/protobuf/message.h"

// What --json prints: each result is one line, in Protobuf's JSON form with the
// field names of the .proto files. Fields without a value are there too, except
// those that are optional or messages.
namespace convoy {

std::string ToJson(const google::protobuf::Message& message);

// {"job":{...},"files":[...]}
std::string JobToJson(const v1::Job& job,
                      const std::vector<v1::JobFile>& files);

// {"error":{"code":"NOT_FOUND","message":"...","detail":{...}}}; without detail
// if the status has none.
std::string ErrorToJson(const absl::Status& status);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_JSON_OUTPUT_H_
