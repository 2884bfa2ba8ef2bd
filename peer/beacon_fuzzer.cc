// Everything that a datagram of the beacon goes through before it is believed.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "peer/base/fake_executor.h"
#include "peer/beacon_message.h"
#include "peer/group_identity.h"
#include "peer/group_testing.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

struct Group {
  FakeClock clock;
  TestAuthority authority{"authority"};
  std::unique_ptr<GroupIdentity> member =
      MakeMember(authority, "member", clock);
};

const Group& TheGroup() {
  static const auto& group = *new Group();
  return group;
}

// What is decoded is bounded, and is encoded to what it came from.
void CheckDatagram(absl::string_view bytes) {
  const auto datagram = DecodeBeaconDatagram(bytes);
  if (!datagram) return;
  const BeaconMessage& message = datagram->message;
  Check(!message.entries.empty() &&
        message.entries.size() <= BeaconMessage::kMaxEntries);
  if (!datagram->proof) {
    Check(EncodeBeaconMessage(message) == bytes);
    return;
  }
  const BeaconProof& proof = *datagram->proof;
  Check(datagram->signed_bytes <= bytes.size());
  std::string again = EncodeForSignature(message, proof);
  Check(again == bytes.substr(0, datagram->signed_bytes));
  AppendSignature(proof.signature, &again);
  Check(again == bytes);
  // Nothing here has the authority's key: it vouches for nobody.
  Check(!TheGroup()
             .member
             ->Verify(bytes.substr(0, datagram->signed_bytes),
                      proof.certificate, proof.signature)
             .ok());
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  convoy::CheckDatagram(bytes);
  // As a certificate, and as a signature of a good one.
  const convoy::GroupIdentity& member = *convoy::TheGroup().member;
  convoy::Check(!member.Verify("bytes", bytes, bytes).ok());
  convoy::Check(!member.Verify("bytes", member.certificate(), bytes).ok());
  return 0;
}
