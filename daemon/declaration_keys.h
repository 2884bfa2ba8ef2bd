#ifndef CONVOY_DAEMON_DECLARATION_KEYS_H_
#define CONVOY_DAEMON_DECLARATION_KEYS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "convoy/v1/options.pb.h"
#include "daemon/config_yaml.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace convoy {

// Values of single keys of declared jobs, by what their field says of them:
// texts, numbers, true or false, and lists of texts.

// Sets it. Returns what is wrong and what is allowed; empty: nothing.
std::string SetDeclarationKey(const google::protobuf::FieldDescriptor* field,
                              const YamlNode& value,
                              google::protobuf::Message* message);
// Sets each field that has a default and no value to it.
void SetDeclarationDefaults(google::protobuf::Message* message);
// Names of fields. Where one may stand for what was written, "; did you mean".
std::string UnknownDeclarationKey(absl::string_view written,
                                  const std::vector<std::string>& allowed);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARATION_KEYS_H_
