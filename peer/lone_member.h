#ifndef CONVOY_PEER_LONE_MEMBER_H_
#define CONVOY_PEER_LONE_MEMBER_H_

#include <memory>
#include <string>

#include "peer/base/executor.h"
#include "peer/swarm.h"

namespace convoy {

// A member of a swarm of one: claims every piece for itself, in order. For
// contents whose pieces are checked and which no peer may give or get.
// `refused` and `policy`: why; told as news. `observer` as in Swarm::Join.
std::unique_ptr<SwarmMember> MakeLoneMember(const SwarmContent& content,
                                            SwarmObserver* observer,
                                            Executor* executor,
                                            std::string refused,
                                            std::string policy);

}  // namespace convoy

#endif  // CONVOY_PEER_LONE_MEMBER_H_
