#include "daemon/declared_record.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace convoy {

std::string DeclaredIdentity(const Declaration& declaration,
                             const JobOwner& owner) {
  std::string text = absl::StrCat(declaration.keys.state(), "\n", owner.uid,
                                  ":", owner.gid, "\n");
  // With lengths: no two lists make one text.
  const auto add = [&text](const std::string& value) {
    absl::StrAppend(&text, value.size(), ":", value, ",");
  };
  for (const v1::DeclaredFile& file : declaration.keys.files()) {
    add(file.url());
    add(file.path());
    add(file.sha256());
    add(file.has_size_bytes() ? absl::StrCat(file.size_bytes()) : "");
  }
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return absl::BytesToHexString(digest);
}

}  // namespace convoy
