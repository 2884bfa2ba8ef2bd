#ifndef CONVOY_PEER_GROUP_TESTING_H_
#define CONVOY_PEER_GROUP_TESTING_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "peer/base/clock.h"
#include "peer/group_identity.h"

namespace convoy {

// A certificate authority for tests, and the certificates it issues.
class TestAuthority {
 public:
  struct Issued {
    std::string certificate_pem;
    std::string key_pem;
  };
  struct Wish {
    enum class Kind { kEc, kRsa, kEd25519 };
    Kind kind = Kind::kEc;
    int rsa_bits = 2048;
    absl::Time begin = absl::FromUnixSeconds(0);
    absl::Time end = absl::FromUnixSeconds(4'000'000'000);
    bool is_authority = false;
    std::string comment;    // Makes it longer. Empty: no extension.
    std::string key_usage;  // "critical,keyEncipherment". Empty: no extension.
  };

  explicit TestAuthority(const std::string& name);
  // One that `above` vouches for.
  TestAuthority(const std::string& name, const TestAuthority& above);
  ~TestAuthority();

  Issued Issue(const std::string& name) const { return Issue(name, Wish()); }
  Issued Issue(const std::string& name, const Wish& wish) const;
  const std::string& certificate_pem() const { return own_.certificate_pem; }

 private:
  struct Keys;

  std::string name_;
  Issued own_;
  std::unique_ptr<Keys> keys_;
};

// A member of `authority`'s group. Fails the test if it cannot be one.
std::unique_ptr<GroupIdentity> MakeMember(const TestAuthority& authority,
                                          const std::string& name,
                                          const Clock& clock,
                                          const std::string& group_id = "");

}  // namespace convoy

#endif  // CONVOY_PEER_GROUP_TESTING_H_
