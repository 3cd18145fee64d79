// Rows of numbers in eight bits each, every row by a step of its own, so that what a row becomes
// does not depend on the others.
#pragma once

#include <cstdint>

namespace metatorch {

// Rows of float32 in memory, one after the other.
struct FloatRows {
  const float* data;
  int64_t size;
};

// What stands for 0.
constexpr uint8_t kQuantizedZero = 128;

// x ≈ (quantized - kQuantizedZero) · step for the rows from `begin` to `end`, with at most `levels`
// steps to either side. A row that is not finite has a step of NaN.
void QuantizeRows(FloatRows x, int64_t begin, int64_t end, int levels, uint8_t* quantized,
                  float* steps);

// y · step + bias in place, for the rows from `begin` to `end`; `bias` may be null.
void ScaleRows(float* y, int64_t size, int64_t begin, int64_t end, const float* steps,
               const float* bias);

}  // namespace metatorch
