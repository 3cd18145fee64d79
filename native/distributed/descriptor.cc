#include "distributed/descriptor.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "binding/names.h"

namespace metatorch {
namespace {

enum Field : size_t { kKind, kReduction, kPeer, kTag, kDtype, kDimensions, kFirstSize };
constexpr size_t kMostDimensions = kDescriptorLength - kFirstSize;

constexpr std::array<const char*, 6> kReductions = {"", "sum", "product", "min", "max", "avg"};

int64_t NumberOf(const std::string& reduction) {
  const auto found = std::find(kReductions.begin(), kReductions.end(), reduction);
  return found - kReductions.begin();
}

std::string ShapeOf(const Descriptor& one) {
  std::string text = "[";
  const auto dimensions = std::min(static_cast<size_t>(one[kDimensions]), kMostDimensions);
  for (size_t i = 0; i < dimensions; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(one[kFirstSize + i]);
  }
  return text + "]";
}

bool HasTensor(const Descriptor& one) { return one[kDtype] >= 0; }

struct Aspect {
  const char* name;
  bool (*same)(const Descriptor& a, const Descriptor& b);
  std::string (*show)(const Descriptor& one);
};

template <Field field>
bool Same(const Descriptor& a, const Descriptor& b) {
  return a[field] == b[field];
}

std::string ShowDtype(const Descriptor& one) {
  return HasTensor(one) ? DtypeName(static_cast<c10::ScalarType>(one[kDtype])) : "none";
}

const std::array<Aspect, 5> kAspects = {{
    {"call", Same<kKind>,
     [](const Descriptor& one) -> std::string {
       return NameOf(static_cast<CallKind>(one[kKind]));
     }},
    {"op", Same<kReduction>,
     [](const Descriptor& one) -> std::string {
       return kReductions.at(static_cast<size_t>(one[kReduction]));
     }},
    {"src", Same<kPeer>,
     [](const Descriptor& one) -> std::string { return std::to_string(one[kPeer]); }},
    {"dtype", Same<kDtype>, ShowDtype},
    {"shape",
     [](const Descriptor& a, const Descriptor& b) {
       return std::equal(a.begin() + kDimensions, a.end(), b.begin() + kDimensions);
     },
     ShapeOf},
}};

// «[2, 3] on ranks 0, 1»
std::string Holders(const std::string& value, const std::vector<int64_t>& ranks) {
  std::string text = value + (ranks.size() == 1 ? " on rank " : " on ranks ");
  constexpr size_t kShown = 8;
  for (size_t i = 0; i < std::min(ranks.size(), kShown); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(ranks[i]);
  }
  return ranks.size() > kShown ? text + ", …" : text;
}

Outcome Tell(const Aspect& aspect, const std::vector<Descriptor>& all,
             const std::vector<int64_t>& ranks) {
  std::vector<int64_t> as_first;
  std::vector<int64_t> others;
  const Descriptor* other = nullptr;
  for (size_t i = 0; i < all.size(); ++i) {
    if (aspect.same(all.front(), all[i])) {
      as_first.push_back(ranks[i]);
      continue;
    }
    if (other == nullptr) other = &all[i];
    others.push_back(ranks[i]);
  }
  std::string message = std::string("Expected the same ") + aspect.name + " on all ranks for " +
                        NameOf(static_cast<CallKind>(all.front()[kKind])) + " but received " +
                        Holders(aspect.show(all.front()), as_first) + " and " +
                        Holders(aspect.show(*other), {others.front()});
  if (others.size() > 1) message += "; others differ too";
  return {Outcome::Problem::kMismatch, message, others};
}

}  // namespace

const char* NameOf(CallKind kind) {
  switch (kind) {
    case CallKind::kJoin:
      return "initProcessGroup";
    case CallKind::kAllReduce:
      return "allReduce";
    case CallKind::kAllGather:
      return "allGather";
    case CallKind::kBroadcast:
      return "broadcast";
    case CallKind::kReduceScatter:
      return "reduceScatter";
    case CallKind::kBarrier:
      return "barrier";
    case CallKind::kSend:
      return "send";
    case CallKind::kReceive:
      return "recv";
  }
  return "call";
}

Descriptor Describe(const GroupCall& call) {
  Descriptor one{};
  // Two sides of one transfer do the same.
  const bool transfer = call.kind == CallKind::kSend || call.kind == CallKind::kReceive;
  one[kKind] = static_cast<int64_t>(transfer ? CallKind::kSend : call.kind);
  one[kReduction] = NumberOf(call.reduction);
  one[kPeer] = call.kind == CallKind::kBroadcast ? call.peer : 0;
  one[kTag] = call.tag;
  one[kDtype] = -1;
  const auto& moved = call.inputs.empty() ? call.outputs : call.inputs;
  if (moved.empty()) return one;
  const at::Tensor& tensor = moved.front();
  one[kDtype] = static_cast<int64_t>(tensor.scalar_type());
  one[kDimensions] = tensor.dim();
  for (int64_t i = 0; i < tensor.dim(); ++i) {
    // Of more dimensions than there is room for, the last place holds a digest.
    const size_t place = std::min<size_t>(i, kMostDimensions - 1);
    one[kFirstSize + place] = one[kFirstSize + place] * 1'000'003 + tensor.size(i);
  }
  return one;
}

std::optional<Outcome> FindMismatch(const std::vector<Descriptor>& all,
                                    const std::vector<int64_t>& ranks) {
  for (const Aspect& aspect : kAspects) {
    const bool same = std::all_of(all.begin(), all.end(), [&](const Descriptor& one) {
      return aspect.same(all.front(), one);
    });
    if (!same) return Tell(aspect, all, ranks);
  }
  return std::nullopt;
}

}  // namespace metatorch
