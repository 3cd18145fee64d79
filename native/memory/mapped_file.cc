#include "memory/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "binding/convert.h"
#include "memory/bytes.h"

namespace metatorch {
namespace {

// Pages of a file, private to this process: what is written to them stays in memory.
class Mapping {
 public:
  Mapping(int file, size_t begin, size_t length) : length_(length) {
    memory_ =
        mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, static_cast<off_t>(begin));
    if (memory_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  }
  ~Mapping() { munmap(memory_, length_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  // Of the storage that owns it.
  static void Delete(void* mapping) {
    const std::unique_ptr<Mapping> owned(static_cast<Mapping*>(mapping));
  }

  std::byte* Data() const { return static_cast<std::byte*>(memory_); }

 private:
  void* memory_;
  size_t length_;
};

size_t LengthOfFile(int file) {
  struct stat facts;
  if (fstat(file, &facts) != 0) throw std::system_error(errno, std::generic_category(), "fstat");
  return static_cast<size_t>(facts.st_size);
}

// mapTensor(file, position, dtype, shape): a CPU tensor on the file's own pages, which stay mapped
// as long as its storage lives. The position is a multiple of an element's size.
napi_value MapTensor(Call& call) {
  call.operator_name = "mapTensor";
  const int file = static_cast<int>(IntArgument(call, 0));
  const int64_t start = IntArgument(call, 1);
  const c10::ScalarType dtype = ParseDtype(StringArgument(call, 2));
  const std::vector<int64_t> shape = IntsArgument(call, 3);
  const size_t bytes = SizeOf(dtype, shape);
  const auto position = static_cast<size_t>(start);
  if (bytes == 0 || start < 0 || position % c10::elementSize(dtype) != 0) {
    throw ArgumentError("Expected elements, at a multiple of their size, to map");
  }
  // Beyond the file's end, touching a page would end the process.
  const size_t length = LengthOfFile(file);
  if (position > length || bytes > length - position) {
    throw std::runtime_error("the file has become shorter");
  }
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t before = position % page;
  auto mapping = std::make_unique<Mapping>(file, position - before, before + bytes);
  std::byte* const data = mapping->Data() + before;
  c10::DataPtr memory(data, mapping.release(), &Mapping::Delete, c10::DeviceType::CPU);
  return FromTensor(call, TensorOn(std::move(memory), bytes, dtype, shape));
}

}  // namespace

void RegisterMappedFiles(Napi::Object exports, Environment* self) {
  Register<MapTensor>(exports, "mapTensor", self);
}

}  // namespace metatorch
