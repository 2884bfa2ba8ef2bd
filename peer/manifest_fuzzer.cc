// What is read from a metainfo file holds together, whatever the file is; its
// signatures are checked, too.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "peer/manifest.h"
#include "peer/trusted_signers.h"

namespace convoy {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckManifest(const Manifest& manifest) {
  const PieceLayout& layout = manifest.layout;
  Check(layout.size() > 0 && layout.size() <= PieceLayout::kMaxSize);
  Check(layout.count() > 0 && layout.count() <= PieceLayout::kMaxCount);
  Check(manifest.info_hash.size() == Manifest::kHashSize);
  const std::size_t hash_size = manifest.hash_kind.size();
  Check(manifest.piece_hashes.size() ==
        static_cast<std::size_t>(layout.count()) * hash_size);
  Check(manifest.HashOf(PieceIndex{layout.count() - 1}).size() == hash_size);
  Check(!manifest.hash_kind.is_version2() ||
        manifest.info_hash == manifest.info_hash_v2.substr(0, 20));
  Check(!manifest.name.empty() &&
        manifest.name.find('/') == std::string::npos &&
        manifest.name.find('\0') == std::string::npos);
  for (const auto* urls : {&manifest.url_seeds, &manifest.trackers}) {
    Check(urls->size() <= 100);
    for (const std::string& url : *urls) {
      Check(url.size() <= 2200 && url.find_first_of(" \n\"") == url.npos);
    }
  }
}

// Of the signer of testdata/manifest/signed.
const TrustedSigners& Signers() {
  static const auto* const signers =
      new std::shared_ptr<const TrustedSigners>(*TrustedSigners::Read(
          "-----BEGIN PUBLIC KEY-----\n"
          "MCowBQYDK2VwAyEAH5qG8NSuZRnBIqFerSp/flodgJSGAdXuwSrRjvaSrfw=\n"
          "-----END PUBLIC KEY-----\n"));
  return **signers;
}

void CheckSignatures(const Manifest& manifest) {
  const absl::string_view info = manifest.info();
  Check(info.size() >= 2 && info.front() == 'd' && info.back() == 'e');
  Check(manifest.signatures.size() <= ManifestSignature::kMaxCount);
  Check(manifest.signatures.empty() || manifest.signatures_fault.empty());
  for (const ManifestSignature& signature : manifest.signatures) {
    Check(!signature.signer.empty() &&
          signature.signer.size() <= ManifestSignature::kMaxSignerSize);
    Check(!signature.signature.empty() &&
          signature.signature.size() <= ManifestSignature::kMaxSignatureSize);
    Check(signature.certificate.size() <=
          ManifestSignature::kMaxCertificateSize);
    Check(signature.info.size() <= ManifestSignature::kMaxInfoSize);
  }
  const TrustedSigners::Verdict verdict =
      Signers().Check(manifest, absl::UnixEpoch());
  Check(verdict.signer.empty() != verdict.why_not.empty());
  Check(verdict.why_not.size() < 2000);
  Check(verdict.signer.empty() || !manifest.signatures.empty());
}

}  // namespace
}  // namespace convoy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto manifest = convoy::ReadManifest(input);
  if (manifest.ok()) {
    convoy::CheckManifest(**manifest);
    convoy::CheckSignatures(**manifest);
  }
  return 0;
}
