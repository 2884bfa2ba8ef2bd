#ifndef CONVOY_DAEMON_DECLARATION_READER_H_
#define CONVOY_DAEMON_DECLARATION_READER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "daemon/declaration.h"

namespace convoy {

// What one file of declared jobs says. With a mistake, none of its jobs is to
// be used.
struct DeclarationFile {
  std::vector<Declaration> jobs;
  // Up to 20, each "FILE:LINE: KEY: what is wrong; allowed: what would be
  // right".
  std::vector<std::string> mistakes;
};

// Reads YAML by the schema of convoy/v1/declared_job.proto, which is the
// descriptor's: a new key of a known type needs no code here but for a check of
// its own. URLs, digests and the like must be what JobService takes. Users and
// groups are not looked up. Pure; takes any text of at most 1 MiB.
DeclarationFile ReadDeclarations(const std::string& path,
                                 absl::string_view text);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARATION_READER_H_
