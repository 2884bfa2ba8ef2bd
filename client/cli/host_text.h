#ifndef CONVOY_CLIENT_CLI_HOST_TEXT_H_
#define CONVOY_CLIENT_CLI_HOST_TEXT_H_

#include <string>
#include <vector>

#include "convoy/v1/admin_service.pb.h"

// The machine's side of the daemon as text. Pure functions.
namespace convoy {

// `serving`: what the daemon's health says.
std::vector<std::string> StatisticsLines(bool serving,
                                         const v1::HostStatistics& statistics);
std::vector<std::string> SelfTestLines(const v1::RunSelfTestResponse& result);

// {"serving":true,"statistics":{...}}
std::string StatusToJson(bool serving, const v1::HostStatistics& statistics);

}  // namespace convoy

#endif  // CONVOY_CLIENT_CLI_HOST_TEXT_H_
