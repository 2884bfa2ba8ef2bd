#ifndef CONVOY_DAEMON_DECLARATION_FOLDER_H_
#define CONVOY_DAEMON_DECLARATION_FOLDER_H_

#include <set>
#include <string>
#include <vector>

#include "daemon/daemon_paths.h"
#include "daemon/declaration.h"
#include "daemon/job.h"

namespace convoy {

struct OwnedDeclaration {
  Declaration declaration;
  JobOwner owner;
};

// What paths.jobs_directory declares.
struct DeclarationFolder {
  // False: the folder is not there, or cannot be read.
  bool readable = true;
  std::vector<OwnedDeclaration> jobs;
  // "FILE:LINE: KEY: what", of files none of whose jobs are in `jobs`.
  std::vector<std::string> mistakes;
  std::set<std::string> wrong_files;
};

// Reads *.yaml in `folder`, in name order, and looks up users and groups: in a
// daemon that serves one user, all must be that user's. Blocks.
DeclarationFolder ReadDeclarationFolder(const std::string& folder,
                                        const DaemonIdentity& identity);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARATION_FOLDER_H_
