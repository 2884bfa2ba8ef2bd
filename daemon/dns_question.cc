#include "daemon/dns_question.h"

// resolv.h needs the other two.
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace convoy {
namespace {

// One resolver's state, as resolv.conf is now.
class Resolver {
 public:
  Resolver() : ok_(::res_ninit(&state_) == 0) {}
  ~Resolver() {
    if (ok_) ::res_nclose(&state_);
  }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  bool ok() const { return ok_; }
  struct __res_state& state() {
    return state_;
  }

 private:
  struct __res_state state_ = {};
  const bool ok_;
};

}  // namespace

std::optional<std::vector<SrvRecord>> AskForSrv(const std::string& name,
                                                const sockaddr_in* server) {
  Resolver resolver;
  if (!resolver.ok()) return std::nullopt;
  struct __res_state& state = resolver.state();
  // 1 s, then 2 s, for a server. A cut answer has more than are used; TCP would
  // wait for minutes where nobody is.
  state.retrans = 1;
  state.retry = 2;
  state.options |= RES_IGNTC | RES_USE_EDNS0;
  if (server != nullptr) {
    state.nscount = 1;
    state.nsaddr_list[0] = *server;
  }
  std::vector<unsigned char> answer(NS_MAXMSG);
  const int size = ::res_nquery(&state, name.c_str(), ns_c_in, ns_t_srv,
                                answer.data(), static_cast<int>(answer.size()));
  if (size < 0) {
    const bool there_is_none =
        state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA;
    if (!there_is_none) return std::nullopt;
    return std::vector<SrvRecord>();
  }
  return ParseSrvAnswer(absl::string_view(
      reinterpret_cast<const char*>(answer.data()),
      std::min(static_cast<std::size_t>(size), answer.size())));
}

}  // namespace convoy
