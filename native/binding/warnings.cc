#include "binding/warnings.h"

#include <cctype>

namespace metatorch {
namespace {

// The place in libtorch and the words without their numbers.
std::string KindOf(const c10::Warning& warning) {
  std::string kind = warning.msg();
  std::erase_if(kind, [](unsigned char letter) { return std::isdigit(letter) != 0; });
  const c10::SourceLocation& place = warning.source_location();
  return std::string(place.file) + ':' + std::to_string(place.line) + ' ' + kind;
}

}  // namespace

void Warnings::process(const c10::Warning& warning) {
  if (known_.insert(KindOf(warning)).second) kept_.push_back(warning.msg());
}

}  // namespace metatorch
