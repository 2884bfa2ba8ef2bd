#ifndef CONVOY_DAEMON_ENVIRONMENT_H_
#define CONVOY_DAEMON_ENVIRONMENT_H_

#include <functional>
#include <optional>
#include <string>

namespace convoy {

// A variable of the environment. Absent or empty: null.
using Environment =
    std::function<std::optional<std::string>(const std::string& name)>;

// Of this process.
Environment ThisEnvironment();

}  // namespace convoy

#endif  // CONVOY_DAEMON_ENVIRONMENT_H_
