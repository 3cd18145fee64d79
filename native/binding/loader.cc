// metatorch.node: the one binary that Node.js loads. It opens libtorch by absolute path, checks its
// version, and only then opens libmetatorch.so, so that a missing or wrong libtorch becomes an
// error in JavaScript instead of a failure of the dynamic linker.
#include <dlfcn.h>
#ifdef __linux__
#include <link.h>
#endif
#include <napi.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace {

#ifdef __APPLE__
constexpr const char* kSuffix = ".dylib";
#else
constexpr const char* kSuffix = ".so";
#endif

using ShowConfig = std::string (*)();
using Initialize = napi_value (*)(napi_env, napi_value);

Napi::Error LoadError(Napi::Env env, const std::string& code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", code);
  return error;
}

void* Open(Napi::Env env, const std::string& file, int mode) {
  void* handle = dlopen(file.c_str(), mode | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = dlerror();
    throw LoadError(env, "ERR_TORCH_LIBRARY_LOAD",
                    "Cannot load " + file + ": " + (reason ? reason : "unknown reason"));
  }
  return handle;
}

std::string LibraryName(const std::string& stem) { return "lib" + stem + kSuffix; }

// Not std::filesystem, which libstdc++ has since GCC 9 only, and libtorch needs less.
bool Exists(const std::string& file) { return access(file.c_str(), F_OK) == 0; }

struct Copy {
  std::string own;
  std::string other;
};

// Without links, empty if there is no such file. (Not by `stat`, which is another function since
// glibc 2.33.)
std::string RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real ? real.get() : "";
}

// The library of another copy of this package that the process has loaded, if there is one.
std::string OtherCopy(const std::string& addon) {
  Copy copy{RealPath(addon), ""};
#ifdef __linux__
  const auto look = [](dl_phdr_info* library, size_t, void* data) -> int {
    auto* found = static_cast<Copy*>(data);
    const std::string path = library->dlpi_name;
    const std::string name = "/" + LibraryName("metatorch");
    const bool is_one = path.size() > name.size() &&
                        path.compare(path.size() - name.size(), name.size(), name) == 0;
    if (!is_one || RealPath(path) == found->own) return 0;
    found->other = path;
    return 1;
  };
  dl_iterate_phdr(look, &copy);
#endif
  return copy.other;
}

// libtorch keeps operators by name, and ends the process if two libraries bring the same.
void RequireOnlyCopy(Napi::Env env, const std::string& addon) {
  const std::string other = OtherCopy(addon);
  if (other.empty()) return;
  throw LoadError(env, "ERR_TORCH_LIBRARY_LOAD",
                  "Expected one copy of metatorch in a process, but " + other +
                      " is loaded already and " + addon +
                      " cannot be as well; `npm ls metatorch` shows who brings them, `npm dedupe` "
                      "makes them one where their versions allow it");
}

// "2.13.0" out of libtorch's own description of its build.
std::string RuntimeVersion(Napi::Env env, void* torch_cpu) {
  auto show_config = reinterpret_cast<ShowConfig>(dlsym(torch_cpu, "_ZN2at11show_configB5cxx11Ev"));
  if (show_config == nullptr) {
    show_config = reinterpret_cast<ShowConfig>(dlsym(torch_cpu, "_ZN2at11show_configEv"));
  }
  if (show_config == nullptr) return "unknown";
  const std::string config = show_config();
  const std::string key = "TORCH_VERSION=";
  const size_t start = config.find(key);
  if (start == std::string::npos) return "unknown";
  const size_t from = start + key.size();
  return config.substr(from, config.find_first_of(", \n", from) - from);
}

std::string MajorMinor(const std::string& version) {
  return version.substr(0, version.find('.', version.find('.') + 1));
}

// libgomp spins while it waits unless told otherwise before it is loaded; on a shared machine that
// makes small operators tens of times slower. A user's own choice is left alone.
void ChooseWaitPolicy() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr && std::getenv("GOMP_SPINCOUNT") == nullptr) {
    setenv("OMP_WAIT_POLICY", "passive", 0);
  }
}

// load(libDir, addonPath): opens libtorch from libDir, then the bindings, and returns them.
Napi::Value Load(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const std::string lib_dir = info[0].As<Napi::String>().Utf8Value();
  const std::string addon = info[1].As<Napi::String>().Utf8Value();
  for (const char* stem : {"c10", "torch_cpu"}) {
    if (!Exists(lib_dir + "/" + LibraryName(stem))) {
      throw LoadError(env, "ERR_TORCH_LIBRARY_MISSING",
                      "Expected " + LibraryName(stem) + " in " + lib_dir);
    }
  }
  RequireOnlyCopy(env, addon);
  ChooseWaitPolicy();
  Open(env, lib_dir + "/" + LibraryName("c10"), RTLD_LAZY);
  void* torch_cpu = Open(env, lib_dir + "/" + LibraryName("torch_cpu"), RTLD_LAZY);
  const std::string version = RuntimeVersion(env, torch_cpu);
  if (MajorMinor(version) != MajorMinor(METATORCH_TORCH_VERSION)) {
    throw LoadError(env, "ERR_TORCH_LIBRARY_VERSION",
                    "libtorch " + version + " in " + lib_dir +
                        " does not match this build of metatorch: expected " +
                        MajorMinor(METATORCH_TORCH_VERSION) + ".x");
  }
  Napi::Object exports = Napi::Object::New(env);
  // After the first operator it would be too late to register CUDA's kernels.
  const std::string torch_cuda = lib_dir + "/" + LibraryName("torch_cuda");
  if (Exists(torch_cuda)) {
    try {
      Open(env, torch_cuda, RTLD_LAZY);
      exports.Set("cudaLoaded", true);
    } catch (const Napi::Error& error) {
      exports.Set("cudaError", error.Message());
    }
  }
  void* handle = Open(env, addon, RTLD_NOW);
  auto initialize = reinterpret_cast<Initialize>(dlsym(handle, "metatorch_initialize"));
  if (initialize == nullptr) {
    throw LoadError(env, "ERR_TORCH_LIBRARY_LOAD", addon + " is not metatorch's library");
  }
  exports.Set("runtimeVersion", version);
  exports.Set("buildVersion", METATORCH_TORCH_VERSION);
  return Napi::Value(env, initialize(env, exports));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("load", Napi::Function::New(env, Load, "load"));
  exports.Set("buildVersion", METATORCH_TORCH_VERSION);
  return exports;
}

}  // namespace

NODE_API_MODULE(metatorch, Init)
