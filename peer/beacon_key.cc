#include "peer/beacon_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

const unsigned char* BytesOf(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL fails here only without memory or without its own provider.
void Must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

BeaconKeyMaker BeaconKeyMaker::Open(absl::string_view group_id) {
  return BeaconKeyMaker(group_id, "");
}

BeaconKeyMaker BeaconKeyMaker::Group(absl::string_view group_key) {
  Must(!group_key.empty());
  return BeaconKeyMaker("", group_key);
}

BeaconKey BeaconKeyMaker::KeyOf(absl::string_view info_hash) const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  if (group_key_.empty()) {
    const std::string text =
        absl::StrCat("convoy beacon", info_hash, group_id_);
    Must(EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha1(),
                    nullptr) == 1);
  } else {
    Must(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr,
                   group_key_.data(), group_key_.size(), BytesOf(info_hash),
                   info_hash.size(), digest, sizeof(digest),
                   nullptr) != nullptr);
  }
  BeaconKey key;
  std::copy(digest, digest + key.size(), key.begin());
  return key;
}

}  // namespace convoy
