#include "peer/piece_spans.h"

#include <algorithm>

namespace convoy {
namespace {

void Append(PieceSpan span, PieceSpans* spans) {
  if (span.empty()) return;
  if (!spans->empty() && !(spans->back().end < span.first)) {
    spans->back().end = std::max(spans->back().end, span.end);
  } else {
    spans->push_back(span);
  }
}

}  // namespace

PieceSpans SpansOf(const std::vector<PieceIndex>& pieces) {
  PieceSpans spans;
  for (const PieceIndex piece : pieces) {
    Append({piece, PieceIndex{piece.value + 1}}, &spans);
  }
  return spans;
}

PieceSpans Union(const PieceSpans& a, const PieceSpans& b) {
  PieceSpans all(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), all.begin(),
             [](const PieceSpan& one, const PieceSpan& other) {
               return one.first < other.first;
             });
  PieceSpans merged;
  for (const PieceSpan& span : all) Append(span, &merged);
  return merged;
}

PieceSpans Intersection(const PieceSpans& a, const PieceSpans& b) {
  PieceSpans both;
  for (auto one = a.begin(), other = b.begin();
       one != a.end() && other != b.end();) {
    Append({std::max(one->first, other->first), std::min(one->end, other->end)},
           &both);
    if (one->end < other->end) {
      ++one;
    } else {
      ++other;
    }
  }
  return both;
}

PieceSpans Complement(const PieceSpans& spans, const PieceLayout& layout) {
  PieceSpans others;
  PieceIndex at{0};
  for (const PieceSpan& span : spans) {
    Append({at, span.first}, &others);
    at = span.end;
  }
  Append({at, PieceIndex{layout.count()}}, &others);
  return others;
}

}  // namespace convoy
