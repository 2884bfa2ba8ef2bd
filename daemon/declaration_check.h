#ifndef CONVOY_DAEMON_DECLARATION_CHECK_H_
#define CONVOY_DAEMON_DECLARATION_CHECK_H_

#include <string>
#include <vector>

#include "daemon/declaration.h"

namespace convoy {

// Checks what the keys of one job mean, and fills in what is read from them:
// mode, rollout, needed_by. Appends what is wrong, with file and line. Pure.
void CheckDeclaration(Declaration* declaration,
                      std::vector<std::string>* mistakes);

}  // namespace convoy

#endif  // CONVOY_DAEMON_DECLARATION_CHECK_H_
