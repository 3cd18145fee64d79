// What a rank is about to do, as numbers that all ranks exchange before data moves, so that ranks
// that do different things learn it by name instead of waiting for each other for ever.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "distributed/process_group.h"

namespace metatorch {

constexpr size_t kDescriptorLength = 32;
using Descriptor = std::array<int64_t, kDescriptorLength>;

const char* NameOf(CallKind kind);

// The tensor is that which moves: the first input, or what is received.
Descriptor Describe(const GroupCall& call);

// What differs, in words, and the ranks that are not as the first.
std::optional<Outcome> FindMismatch(const std::vector<Descriptor>& all,
                                    const std::vector<int64_t>& ranks);

}  // namespace metatorch
