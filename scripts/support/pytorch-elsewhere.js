// What stands for names of PyTorch that are written otherwise here, and why some have nothing that stands for them.
'use strict';

/**
 * Names that are written otherwise, by PyTorch's module. Names here must exist: the tests look them up.
 * @type {Record<string, Record<string, string>>}
 */
const ELSEWHERE = {
  torch: {
    BoolTensor: "`torch.tensor(values, { dtype: 'bool' })`",
    ByteTensor: "`torch.tensor(values, { dtype: 'uint8' })`",
    CharTensor: "`torch.tensor(values, { dtype: 'int8' })`",
    DoubleTensor: "`torch.tensor(values, { dtype: 'float64' })`",
    FloatTensor: '`torch.tensor(values)`',
    IntTensor: "`torch.tensor(values, { dtype: 'int32' })`",
    LongTensor: "`torch.tensor(values, { dtype: 'int64' })`",
    ShortTensor: "`torch.tensor(values, { dtype: 'int16' })`",
    Event: '`torch.cuda.Event`',
    Stream: '`torch.cuda.Stream`',
    Generator: '`torch.generator(seed)`',
    GradScaler: '`optim.gradScaler(options)`',
    OutOfMemoryError: 'a `TorchError` with the code `ERR_TORCH_CUDA_OOM` or `ERR_TORCH_MEMORY`',
    AcceleratorError: 'a `TorchError`',
    Size: 'an array of numbers, as `tensor.shape` gives it',
    Tensor: 'the class `Tensor`',
    dtype: "a string such as `'float32'`; `DTYPES` lists them",
    layout: "a string such as `'strided'`",
    memory_format: "a string such as `'channels_last'`",
    default_generator: '`torch.manualSeed(seed)`; functions take a `generator`',
    e: '`Math.E`',
    pi: '`Math.PI`',
    inf: '`Infinity`',
    nan: '`NaN`',
    newaxis: '`null` in `tensor.index([…])`',
    asarray: '`torch.asTensor(values)`',
    lu: '`torch.linalg.luFactor(A)`',
    set_printoptions: '`torch.setPrintOptions(options)`',
    from_numpy: '`torch.tensor(array)`, or `parseNpy(bytes)`',
    frombuffer: '`torch.tensor(array, { share: true })`',
    get_autocast_dtype: '`torch.autocast(device, dtype, fn)`',
    set_autocast_dtype: '`torch.autocast(device, dtype, fn)`',
    set_autocast_enabled: '`torch.autocast(device, dtype, fn, { enabled })`',
    is_anomaly_enabled: '`torch.autograd.detectAnomaly(fn)`',
    set_anomaly_enabled: '`torch.autograd.detectAnomaly(fn)`',
    is_anomaly_check_nan_enabled: '`torch.autograd.detectAnomaly(fn)`',
    is_tensor: '`isTensor(value)`',
    load: '`readSafetensors(path)`, `readNpy(path)`',
    save: '`writeSafetensors(path, tensors)`, `writeNpy(path, tensor)`',
    is_deterministic_algorithms_warn_only_enabled: '`torch.areDeterministicAlgorithmsEnabled()`',
    get_deterministic_debug_mode: '`torch.areDeterministicAlgorithmsEnabled()`',
    set_deterministic_debug_mode: '`torch.useDeterministicAlgorithms(true)`',
    sym_int: 'numbers: there are no symbolic ones',
    bool: "`'bool'`",
    cdouble: "`'complex128'`",
    cfloat: "`'complex64'`",
    double: "`'float64'`",
    float: "`'float32'`",
    half: "`'float16'`",
    int: "`'int32'`",
    long: "`'int64'`",
    short: "`'int16'`",
    compile:
      '`torch.cuda.graph(fn)` replays what was launched; packed and fused operators do the rest',
  },
  'torch.Tensor': {
    T: '`tensor.T`',
    apply_: '`torch.tensor(tensor.data().map(fn), { shape: tensor.shape })`',
    map_: '`torch.tensor(tensor.data().map(fn), { shape: tensor.shape })`',
    map2_: '`torch.tensor(tensor.data().map(fn), { shape: tensor.shape })`',
    eig: '`torch.linalg.eig(x)`',
    symeig: '`torch.linalg.eigh(x)`',
    lstsq: '`torch.linalg.lstsq(A, B)`',
    solve: '`torch.linalg.solve(A, B)`',
    lu: '`torch.linalg.luFactor(x)`',
    is_cuda: '`tensor.isCuda`',
    is_shared: '`tensor.share()` gives a token for other threads',
    share_memory_: '`tensor.share()`',
    numpy: '`tensor.data()`, `tensor.tolist()`, `serializeNpy(tensor)`',
    name: 'no names; `tensor.shape` counts',
    data: '`tensor.detach()`',
    new: '`tensor.newZeros(size)`',
    grad_dtype: '`tensor.dtype`',
    record_stream: '`torch.cuda.stream(fn, stream)`',
    untyped_storage: '`tensor.data()`',
    storage: '`tensor.data()`',
    volatile: '`torch.noGrad(fn)`',
    output_nr: 'internal to the graph; `tensor.gradFn` names its node',
    to_sparse_coo: '`tensor.toSparse()`',
    type: '`tensor.to(dtype)`, `tensor.dtype`',
  },
  'torch.linalg': { LinAlgError: 'a `TorchError` with the code `ERR_TORCH_LINALG`' },
  'torch.nn.functional': {
    adaptive_max_pool1d_with_indices:
      '`nn.functional.adaptiveMaxPool1d(x, size, { returnIndices: true })`',
    adaptive_max_pool2d_with_indices:
      '`nn.functional.adaptiveMaxPool2d(x, size, { returnIndices: true })`',
    adaptive_max_pool3d_with_indices:
      '`nn.functional.adaptiveMaxPool3d(x, size, { returnIndices: true })`',
    linear_cross_entropy: '`nn.functional.crossEntropy` of `nn.functional.linear`',
    multi_head_attention_forward: '`nn.multiHeadAttention`, `torch.attention`',
    upsample: '`nn.functional.interpolate`',
    upsample_bilinear: '`nn.functional.interpolate`',
    upsample_nearest: '`nn.functional.interpolate`',
  },
  'torch.autograd': {
    Variable: '`torch.tensor(values, { requiresGrad: true })`',
    variable: '`torch.tensor(values, { requiresGrad: true })`',
    backward: '`tensor.backward()`',
    set_detect_anomaly: '`torch.autograd.detectAnomaly(fn)`',
    set_grad_enabled: '`torch.setGradEnabled(mode)`',
  },
  'torch.func': {
    grad_and_value: '`torch.func.valueAndGrad(fn)`',
    replace_all_batch_norm_modules_: 'layers keep no state',
  },
};

/**
 * Names without anything that stands for them, by a pattern of `module.name`. `applies` marks those that would
 * make sense here.
 * @type {{ pattern: RegExp, reason: string, applies?: boolean }[]}
 */
const NOT_HERE = [
  {
    pattern:
      /^torch\.(?:AVG|SUM|Aggregat\w+|AliasDb|Argument\w*|Benchmark\w+|Block|BufferDict|CallStack|Capsule|Code|CompilationUnit|Complete\w+|Concrete\w+|DeepCopy\w+|Deserialization\w+|ErrorReport|ExecutionPlan|FatalError|FileCheck|FunctionSchema|Future|Gradient|Graph\w*|IODescriptor|JITException|Lite\w+|Lock\w+|ModuleDict|Node|NoopLogger|OperatorInfo|ParameterDict|PyTorchFile\w+|Script\w+|Serialization\w+|StaticModule|Throughput\w+|TracingState|Use|Value|\w+Type|Type|Tag|cond|fork|wait|import_ir\w*|merge_type\w*|parse_\w+|unify_type_list|compiled_with\w*)$/,
    reason: "TorchScript's and the compiler's own types, of which nothing is needed to compute",
  },
  {
    pattern:
      /^torch\.(?:Dispatch\w+|ExcludeDispatch\w+|DisableTorch\w+|typename|get_device_module|thread_safe_generator|init_num_threads)$/,
    reason: "Python's way into the dispatcher",
  },
  {
    pattern:
      /^torch\.(?:\w*Storage|is_storage|set_default_tensor_type)$|^torch\.Tensor\.(?:storage_type|data_ptr|const_data_ptr)$/,
    reason: 'storages and addresses stay inside; tensors share memory by views',
  },
  {
    pattern: /\.(?:sym_\w+|Sym\w+)$/,
    reason: 'no symbolic numbers: nothing is traced',
  },
  {
    pattern:
      /^torch\.(?:q?u?int[1-7]|bit\w*|quint\w+|qint\w+|qscheme|float4_\w+)$|^torch\.Tensor\.qscheme$/,
    reason:
      'dtypes of quantization, whose packed elements libtorch gives operators only inside its engines',
  },
  {
    pattern:
      /(?:fbgemm|quantized_(?:lstm|gru|rnn)|_backward_\w+$|backward_(?:elemt|reduce)|mkldnn_linear_backward|fused_moving_avg)/,
    reason:
      'operators on packed weights, and derivatives that autograd calls; neither checks what it is given',
  },
  {
    pattern: /(?:ipu|xla|maia|mtia|xpu|mps|vulkan|hpu)/,
    reason: 'of devices that this library does not run on',
  },
  {
    pattern:
      /^torch\.(?:autocast_\w+|clear_autocast\w*|\w*autocast_cache\w*|\w+autocast_(?:cpu|gpu)\w*)$/,
    reason:
      'parts of `torch.autocast(device, dtype, fn)`, which enters and leaves the mode by itself',
  },
  {
    pattern:
      /^torch\.(?:has_\w+|get_num_interop_threads|set_num_interop_threads|set_flush_denormal|is_warn_always_enabled|set_warn_always)$/,
    reason: 'facts and settings of the build, of which `metatorch doctor` shows those that matter',
  },
  {
    pattern: /^torch\.(?:dsmm|hsmm|saddmm|spmm)$/,
    reason: 'former names of `torch.sparse.mm` and `torch.sparse.addmm`',
  },
  {
    pattern:
      /^torch\.Tensor\.(?:as_subclass|module_load|reinforce|dim_order|untyped_storage|is_nested|nested_\w+)$/,
    reason: 'about classes of Python and nested layouts',
  },
  {
    pattern:
      /^torch\.nn\.functional\.(?:Tensor|assert_int_or_pair|boolean_dispatch|handle_torch_function|has_torch_function\w*|ScalingType|SwizzleType|scaled_\w*mm|grouped_mm)$|^torch\.fft\.Tensor$/,
    reason: "helpers of Python's module, and products of GPUs' eight-bit numbers",
  },
  {
    pattern:
      /^torch\.autograd\.(?:NestedIOFunction|enforce_grad_layout_policy|set_multithreading_enabled)$/,
    reason: 'internals of Python',
  },
  {
    pattern: /^torch\.func\.(?:debug_unwrap|functionalize|rearrange)$/,
    reason: 'for tracing compilers; `einops` of Python',
  },
  { pattern: /^torch\.lobpcg$/, reason: 'use `torch.linalg.eigh`', applies: true },
];

module.exports = { ELSEWHERE, NOT_HERE };
