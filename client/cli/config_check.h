#ifndef CONVOY_CLIENT_CLI_CONFIG_CHECK_H_
#define CONVOY_CLIENT_CLI_CONFIG_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "convoy/v1/admin_service.pb.h"

namespace convoy {

// Has `convoyd --check-config FILE...` look for mistakes: the program that will
// read the files knows what may stand in them. Without files, in those that
// convoyd reads at its start. No daemon needs to run.
//
// convoyd is $CONVOYD, else the one beside this program, in ../sbin, or in the
// folders of $PATH and of the system. FAILED_PRECONDITION: there is none, or it
// did not do its work.
absl::StatusOr<v1::CheckConfigResponse> CheckConfigFiles(
    const std::vector<std::string>& files);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_CONFIG_CHECK_H_
