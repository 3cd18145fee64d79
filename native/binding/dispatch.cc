#include "binding/dispatch.h"

#include <chrono>

#include "autograd/batching.h"
#include "binding/convert.h"
#include "binding/kept_shapes.h"

namespace metatorch {
namespace {

c10::IValue ToArgument(const Call& call, const Operator& op, size_t index) {
  const Parameter& parameter = op.parameters[index];
  // Left out at the end, which needs no look at what is not there.
  if (index + 1 >= call.argc && parameter.has_default) return parameter.default_value;
  try {
    return ToIValue(call, call.argv[index + 1], parameter);
  } catch (const ArgumentError& error) {
    throw ArgumentError(std::string(error.what()) + " for " + parameter.name);
  }
}

// The environment's stack for one call. An operator may run JavaScript that calls another operator,
// which finds an empty one. Results left are released even when converting them fails.
class OwnStack {
 public:
  explicit OwnStack(torch::jit::Stack& shared) : shared_(shared), own_(std::move(shared)) {}
  ~OwnStack() {
    own_.clear();
    shared_ = std::move(own_);
  }
  OwnStack(const OwnStack&) = delete;
  OwnStack& operator=(const OwnStack&) = delete;

  torch::jit::Stack& operator*() { return own_; }

 private:
  torch::jit::Stack& shared_;
  torch::jit::Stack own_;
};

// Metadata operators have no rules for vmap; their kernels ask the tensor itself, which answers for
// one sample.
void RunPlain(const Operator& op, torch::jit::Stack& stack) {
  if (op.is_metadata && VmapDepth() > 0) {
    op.handle.callBoxedForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd, stack);
  } else {
    op.handle.callBoxed(stack);
  }
}

void Run(const Operator& op, torch::jit::Stack& stack) {
  if (!op.resizes) return RunPlain(op, stack);
  KeptShapes shapes(op, stack);
  try {
    RunPlain(op, stack);
  } catch (...) {
    shapes.Restore();
    throw;
  }
}

napi_value Results(Call& call, torch::jit::Stack& stack) {
  if (stack.size() == 1) return FromIValue(call, std::move(stack[0]));
  return ResultInParts(call).MakeArray(
      stack.size(), [&](size_t i) { return FromIValue(call, std::move(stack[i])); });
}

// dispatch(id, ...arguments in the schema's order); trailing ones may be left out.
napi_value Dispatch(Call& call) {
  Operator& op = call.self.operators.At(ToHandle(call, call.argv[0]));
  call.operator_name = op.name.c_str();
  OwnStack own(call.self.stack);
  torch::jit::Stack& stack = *own;
  // The dispatcher wants its argument count exact; Node-API has filled what is missing.
  const size_t count = op.parameters.size();
  if (count + 1 > kMaxArguments) throw ArgumentError("Too many arguments");
  for (size_t i = 0; i < count; ++i) stack.push_back(ToArgument(call, op, i));
  Run(op, stack);
  return Results(call, stack);
}

Napi::Object Describe(Napi::Env env, const Parameter& parameter) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", parameter.name);
  object.Set("type", parameter.type);
  object.Set("length", parameter.length);
  object.Set("keywordOnly", parameter.keyword_only);
  object.Set("out", parameter.out);
  object.Set("written", parameter.written);
  object.Set("optional", parameter.optional || parameter.has_default);
  if (parameter.has_default) {
    std::ostringstream text;
    text << parameter.default_value;
    object.Set("default", text.str());
  }
  return object;
}

Napi::Object Describe(Napi::Env env, int32_t id, const Operator& op) {
  const c10::FunctionSchema& schema = op.handle.schema();
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", id);
  object.Set("name", op.name);
  object.Set("overload", schema.overload_name());
  object.Set("schema", c10::toString(schema));
  Napi::Array parameters = Napi::Array::New(env, op.parameters.size());
  for (size_t i = 0; i < op.parameters.size(); ++i) {
    parameters.Set(static_cast<uint32_t>(i), Describe(env, op.parameters[i]));
  }
  object.Set("parameters", parameters);
  Napi::Array returns = Napi::Array::New(env, schema.returns().size());
  for (size_t i = 0; i < schema.returns().size(); ++i) {
    const c10::Argument& result = schema.returns()[i];
    Napi::Object item = Napi::Object::New(env);
    item.Set("name", result.name());
    item.Set("type", result.real_type()->str());
    returns.Set(static_cast<uint32_t>(i), item);
  }
  object.Set("returns", returns);
  return object;
}

// overloads(name): what every overload of "aten::name" takes and returns.
napi_value Overloads(Call& call) {
  Napi::Env env(call.env);
  const std::vector<int32_t> ids = call.self.operators.Overloads(StringArgument(call, 0));
  Napi::Array result = Napi::Array::New(env, ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    result.Set(static_cast<uint32_t>(i), Describe(env, ids[i], call.self.operators.At(ids[i])));
  }
  return result;
}

napi_value OperatorNames(Call& call) {
  Napi::Env env(call.env);
  const std::vector<std::string> names = call.self.operators.Names(StringArgument(call, 0));
  Napi::Array result = Napi::Array::New(env, names.size());
  for (size_t i = 0; i < names.size(); ++i) result.Set(static_cast<uint32_t>(i), names[i]);
  return result;
}

// dtypeName(code): operators return a dtype as a plain integer.
napi_value DtypeNameOf(Call& call) {
  return FromString(call, DtypeName(static_cast<c10::ScalarType>(IntArgument(call, 0))));
}

// benchDispatch(id, a, b, count): nanoseconds of one boxed call in a C++ loop, the floor that the
// same call from JavaScript is compared with. Arguments after the first two take their defaults.
napi_value BenchDispatch(Call& call) {
  Operator& op = call.self.operators.At(static_cast<int32_t>(IntArgument(call, 0)));
  const at::Tensor a = TensorArgument(call, 1);
  const at::Tensor b = TensorArgument(call, 2);
  const int64_t count = IntArgument(call, 3);
  torch::jit::Stack stack;
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < count; ++i) {
    stack.clear();
    stack.emplace_back(a);
    stack.emplace_back(b);
    for (size_t p = 2; p < op.parameters.size(); ++p) {
      stack.push_back(op.parameters[p].default_value);
    }
    op.handle.callBoxed(stack);
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
  return FromNumber(call, spent.count() / static_cast<double>(count));
}

}  // namespace

void RegisterDispatch(Napi::Object exports, Environment* self) {
  Register<Dispatch>(exports, "dispatch", self);
  Register<Overloads>(exports, "overloads", self);
  Register<OperatorNames>(exports, "operatorNames", self);
  Register<DtypeNameOf>(exports, "dtypeName", self);
  Register<BenchDispatch>(exports, "benchDispatch", self);
}

}  // namespace metatorch
