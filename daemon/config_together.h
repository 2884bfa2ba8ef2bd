#ifndef CONVOY_DAEMON_CONFIG_TOGETHER_H_
#define CONVOY_DAEMON_CONFIG_TOGETHER_H_

#include <string>
#include <vector>

#include "daemon/settings.h"

namespace convoy {

// What is wrong with keys that are right each for itself, as messages of
// ParseConfig: "FILE:LINE: KEY: what is wrong". Each names the line of the key
// that needs another one.
std::vector<std::string> WrongTogether(const Settings& settings);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_TOGETHER_H_
