#ifndef CONVOY_PEER_BASE_VERSION_H_
#define CONVOY_PEER_BASE_VERSION_H_

namespace convoy {

// Of all programs of this repository (semver.org).
inline constexpr char kVersion[] = "0.1.0";

}  // namespace convoy

#endif  // CONVOY_PEER_BASE_VERSION_H_
