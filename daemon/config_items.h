#ifndef CONVOY_DAEMON_CONFIG_ITEMS_H_
#define CONVOY_DAEMON_CONFIG_ITEMS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace convoy {

// What the items of each list in the configuration must be. Pure.

// What is wrong with an item of the list `key` ("swarm.peers"); empty: nothing.
// REQUIRES: `item` is UTF-8 without control characters.
std::string WrongInConfigItem(absl::string_view key, absl::string_view item);

// What such items are: "HOST:PORT, such as depot.example:6772". Empty: nobody
// has said so.
absl::string_view ConfigItemsOf(absl::string_view key);

}  // namespace convoy

#endif  // CONVOY_DAEMON_CONFIG_ITEMS_H_
