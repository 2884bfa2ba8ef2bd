#include "peer/origin_metadata.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "peer/http_headers.h"
#include "peer/sha256.h"

namespace convoy {
namespace {

constexpr std::size_t kMaxRelations = 16;
constexpr std::size_t kMaxParameters = 64;
// A SHA-256 in base 64, with its one "=".
constexpr std::size_t kEncodedSha256 = 44;

void SkipBlanks(absl::string_view* text) {
  while (!text->empty() && (text->front() == ' ' || text->front() == '\t')) {
    text->remove_prefix(1);
  }
}

// Takes what is up to one of `ends`, or all.
absl::string_view TakeUpTo(absl::string_view ends, absl::string_view* text) {
  const absl::string_view taken = text->substr(0, text->find_first_of(ends));
  text->remove_prefix(taken.size());
  return taken;
}

// A quoted-string (RFC 9110 section 5.6.4), its value. Absent: it has no end.
std::optional<std::string> TakeQuoted(absl::string_view* text) {
  std::string value;
  for (std::size_t i = 1; i < text->size(); ++i) {
    char c = (*text)[i];
    if (c == '"') {
      text->remove_prefix(i + 1);
      return value;
    }
    if (c == '\\') {
      if (++i == text->size()) break;
      c = (*text)[i];
    }
    value.push_back(c);
  }
  return std::nullopt;
}

struct Parameter {
  std::string name;  // Lower case.
  std::string value;
};

// ";" was taken. Absent: it is not well-formed.
std::optional<Parameter> TakeParameter(absl::string_view* text) {
  Parameter parameter;
  SkipBlanks(text);
  const absl::string_view name = TakeUpTo("=;, \t", text);
  if (!IsToken(name)) return std::nullopt;
  parameter.name = absl::AsciiStrToLower(name);
  SkipBlanks(text);
  if (!absl::ConsumePrefix(text, "=")) return parameter;
  SkipBlanks(text);
  if (!text->empty() && text->front() == '"') {
    std::optional<std::string> value = TakeQuoted(text);
    if (!value) return std::nullopt;
    parameter.value = *std::move(value);
  } else {
    parameter.value = std::string(TakeUpTo(";, \t", text));
  }
  SkipBlanks(text);
  return parameter;
}

// Goes to the comma behind a link that is not well-formed, over quoted strings.
void SkipLink(absl::string_view* text) {
  while (!text->empty() && text->front() != ',') {
    if (text->front() != '"') {
      text->remove_prefix(1);
    } else if (!TakeQuoted(text)) {
      *text = absl::string_view();
    }
  }
}

struct RawLink {
  absl::string_view target;
  std::vector<Parameter> parameters;

  // RFC 8288: of several with one name the first counts. Null: none.
  const std::string* Find(absl::string_view name) const {
    for (const Parameter& parameter : parameters) {
      if (parameter.name == name) return &parameter.value;
    }
    return nullptr;
  }
};

// Absent: it is not well-formed; `text` is somewhere in it.
std::optional<RawLink> TakeLink(absl::string_view* text) {
  RawLink link;
  if (!absl::ConsumePrefix(text, "<")) return std::nullopt;
  link.target = TakeUpTo(">", text);
  if (!absl::ConsumePrefix(text, ">")) return std::nullopt;
  SkipBlanks(text);
  while (absl::ConsumePrefix(text, ";")) {
    SkipBlanks(text);
    // Empty parameters are allowed.
    if (text->empty() || text->front() == ';' || text->front() == ',') continue;
    std::optional<Parameter> parameter = TakeParameter(text);
    if (!parameter || link.parameters.size() == kMaxParameters) {
      return std::nullopt;
    }
    link.parameters.push_back(*std::move(parameter));
  }
  if (!text->empty() && text->front() != ',') return std::nullopt;
  return link;
}

std::vector<std::string> RelationsOf(absl::string_view value) {
  std::vector<std::string> relations;
  for (const absl::string_view relation :
       absl::StrSplit(value, absl::ByAnyChar(" \t"), absl::SkipEmpty())) {
    if (relations.size() == kMaxRelations) break;
    relations.push_back(absl::AsciiStrToLower(relation));
  }
  return relations;
}

std::optional<WebLink> Understood(const RawLink& raw) {
  // A link about something else (RFC 8288 section 3.2).
  if (raw.Find("anchor") != nullptr) return std::nullopt;
  if (raw.target.empty() || raw.target.size() > WebLink::kMaxTarget) {
    return std::nullopt;
  }
  WebLink link;
  link.target = std::string(raw.target);
  if (const std::string* rel = raw.Find("rel")) {
    link.relations = RelationsOf(*rel);
  }
  if (const std::string* type = raw.Find("type")) {
    link.media_type = absl::AsciiStrToLower(absl::StripAsciiWhitespace(
        absl::string_view(*type).substr(0, type->find(';'))));
  }
  std::int32_t priority = 0;
  const std::string* pri = raw.Find("pri");
  if (pri != nullptr && absl::SimpleAtoi(*pri, &priority) && priority >= 1 &&
      priority <= WebLink::kNoPriority) {
    link.priority = priority;
  }
  return link;
}

void AddDigest(absl::string_view base64, std::vector<std::string>* digests) {
  std::string digest;
  if (base64.size() == kEncodedSha256 && base64.back() == '=' &&
      absl::Base64Unescape(base64, &digest) && digest.size() == Sha256::kSize) {
    digests->push_back(std::move(digest));
  }
}

// Several texts for one thing: it, if they agree, else nothing.
std::string Agreed(const std::vector<std::string>& texts) {
  if (texts.empty()) return "";
  for (const std::string& text : texts) {
    if (text != texts.front()) return "";
  }
  return texts.front();
}

// The members of a list that are `key`=..., without `key`=. Neither base 64 nor
// an algorithm's name holds a comma or a semicolon.
std::vector<absl::string_view> Members(absl::string_view list,
                                       absl::string_view key) {
  std::vector<absl::string_view> members;
  for (absl::string_view member : absl::StrSplit(list, ',')) {
    member = absl::StripAsciiWhitespace(member);
    const std::size_t sign = member.find('=');
    if (sign != absl::string_view::npos &&
        absl::EqualsIgnoreCase(member.substr(0, sign), key)) {
      members.push_back(member.substr(sign + 1));
    }
  }
  return members;
}

// RFC 9530: a dictionary of byte sequences, such as sha-256=:...:, with
// parameters perhaps.
void AddReprDigests(absl::string_view value,
                    std::vector<std::string>* digests) {
  for (absl::string_view member : Members(value, "sha-256")) {
    member = absl::StripAsciiWhitespace(member.substr(0, member.find(';')));
    if (absl::ConsumePrefix(&member, ":") &&
        absl::ConsumeSuffix(&member, ":")) {
      AddDigest(member, digests);
    }
  }
}

// RFC 3230.
void AddDigests(absl::string_view value, std::vector<std::string>* digests) {
  for (const absl::string_view member : Members(value, "sha-256")) {
    AddDigest(member, digests);
  }
}

}  // namespace

bool WebLink::Is(absl::string_view relation) const {
  return std::find(relations.begin(), relations.end(), relation) !=
         relations.end();
}

std::vector<WebLink> ParseLinks(absl::string_view value) {
  std::vector<WebLink> links;
  for (std::size_t count = 0; count < kMaxLinks; ++count) {
    SkipBlanks(&value);
    while (absl::ConsumePrefix(&value, ",")) SkipBlanks(&value);
    if (value.empty()) break;
    const std::optional<RawLink> raw = TakeLink(&value);
    if (!raw) {
      SkipLink(&value);
    } else if (std::optional<WebLink> link = Understood(*raw)) {
      links.push_back(*std::move(link));
    }
  }
  return links;
}

OriginMetadata ReadOriginMetadata(const std::vector<HttpHeader>& headers) {
  OriginMetadata metadata;
  std::vector<std::string> digests;
  std::vector<WebLink> duplicates;
  for (const HttpHeader& header : headers) {
    const auto is = [&header](absl::string_view name) {
      return absl::EqualsIgnoreCase(header.name, name);
    };
    if (is("Repr-Digest")) {
      AddReprDigests(header.value, &digests);
    } else if (is("Digest")) {
      AddDigests(header.value, &digests);
    } else if (is("Link")) {
      for (WebLink& link : ParseLinks(header.value)) {
        if (metadata.manifest.empty() && link.Is("describedby") &&
            link.media_type == "application/x-bittorrent") {
          metadata.manifest = link.target;
        }
        if (link.Is("duplicate")) duplicates.push_back(std::move(link));
      }
    }
  }
  metadata.sha256 = Agreed(digests);
  std::stable_sort(duplicates.begin(), duplicates.end(),
                   [](const WebLink& a, const WebLink& b) {
                     return a.priority < b.priority;
                   });
  for (WebLink& link : duplicates) {
    std::vector<std::string>& mirrors = metadata.mirrors;
    if (mirrors.size() == OriginMetadata::kMaxMirrors) break;
    if (std::find(mirrors.begin(), mirrors.end(), link.target) ==
        mirrors.end()) {
      mirrors.push_back(std::move(link.target));
    }
  }
  return metadata;
}

}  // namespace convoy
