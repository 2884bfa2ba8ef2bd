#ifndef CONVOY_PEER_BEACON_MESSAGE_H_
#define CONVOY_PEER_BEACON_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/beacon_key.h"
#include "peer/ip_address.h"

namespace convoy {

// What the machines of a site say to each other, one datagram each. The bytes:
// peer/README.md, "Discovery".
struct BeaconMessage {
  enum class Type : std::uint8_t {
    kWant = 1,  // A question: who has, or wants, these?
    kHere = 2,  // The answer to one question.
  };
  // Bits of Entry::flags; unknown ones mean nothing.
  static constexpr std::uint8_t kHasAll = 1;
  static constexpr std::uint8_t kHasSome = 2;
  static constexpr std::uint8_t kWants = 4;

  struct Entry {
    BeaconKey key = {};
    // Questions only: machines that the asker knows of already. 65,535: as many
    // or more.
    std::uint16_t known = 0;
    std::uint8_t flags = 0;

    friend bool operator==(const Entry& a, const Entry& b) {
      return a.key == b.key && a.known == b.known && a.flags == b.flags;
    }
  };

  static constexpr std::size_t kMaxEntries = 32;

  Type type = Type::kWant;
  std::uint64_t machine = 0;
  std::uint16_t port = 0;  // TCP. 0: cannot be dialed.
  // Random in a question; in an answer that of the question.
  std::uint64_t nonce = 0;
  std::vector<Entry> entries;  // 1 to kMaxEntries.
};

// What makes a message one of a member of the group.
struct BeaconProof {
  absl::Time time;  // Whole milliseconds.
  // Where it was sent from; unspecified: from anywhere.
  IpAddress source;
  std::string certificate;  // DER.
  std::string signature;    // Over all bytes before it and its length.
};

struct BeaconDatagram {
  BeaconMessage message;
  std::optional<BeaconProof> proof;
  std::size_t signed_bytes = 0;  // How many, from the first on, it is over.
};

// Longer datagrams are no messages. They pass an Ethernet whole, also inside of
// a tunnel.
inline constexpr std::size_t kMaxBeaconBytes = 1200;
inline constexpr std::size_t kMaxSignedBeaconBytes = 1400;

// How many entries leave a datagram short enough; `signed_bytes`: those of
// certificate and signature, or 0 for a message without proof. 0: none fits.
std::size_t MaxBeaconEntries(BeaconMessage::Type type,
                             std::size_t signed_bytes);

// A message without proof.
std::string EncodeBeaconMessage(const BeaconMessage& message);
// A message with proof, up to what the signature is over. proof.signature is
// not used.
std::string EncodeForSignature(const BeaconMessage& message,
                               const BeaconProof& proof);
// Completes it.
void AppendSignature(absl::string_view signature, std::string* bytes);

// Nothing unless all of `bytes` is one message of this version. Bounded by
// their length. Whether the proof proves anything is left open.
std::optional<BeaconDatagram> DecodeBeaconDatagram(absl::string_view bytes);

}  // namespace convoy

#endif  // CONVOY_PEER_BEACON_MESSAGE_H_
