// libtorch's functorch headers include nlohmann's JSON for a function that writes an interpreter to a
// string, but the wheel does not carry it. Nothing here calls that function, so these declarations,
// which have no definitions, are enough to compile. A real header beside libtorch comes first.
#pragma once

#include <string>

namespace nlohmann {

class json {
 public:
  template <typename T>
  explicit json(const T&);
  template <typename T>
  T get() const;
  std::string dump() const;
  static json parse(const std::string&);
};

}  // namespace nlohmann
