// What the module imports from its host: one function of the package's own, and a few of WASI that the C++ runtime
// inside names for the case that it must give up.

const bad_file_descriptor = 8;
const not_supported = 52;

/** The module with threads takes its memory from outside; wasm/CMakeLists.txt has the same sizes, in bytes. */
export function shared_memory(): WebAssembly.Memory {
  const page = 65536;
  return new WebAssembly.Memory({ initial: (16 << 20) / page, maximum: (1 << 30) / page, shared: true });
}

export function takes_memory(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.imports(module).some(({ kind }) => kind === 'memory');
}

/** `memory` is there once the instance is; `given` is for a module that takes it from outside. */
export function host_imports(
  module: WebAssembly.Module,
  memory: () => WebAssembly.Memory | undefined,
  given?: WebAssembly.Memory,
): WebAssembly.Imports {
  const write_number = (address: number, value: number): void => {
    const buffer = memory()?.buffer;
    if (buffer) new DataView(buffer).setUint32(address, value, true);
  };
  /** A JSON number at an address, zero-terminated: JavaScript rounds it as C++ would, and the module needs no code for it. */
  const parse_number = (address: number): number => {
    const bytes = new Uint8Array(memory()?.buffer ?? new ArrayBuffer(0));
    let text = '';
    for (let byte = bytes[address]; byte; byte = bytes[++address]) text += String.fromCharCode(byte);
    return Number(text);
  };
  const known: Record<string, (...values: number[]) => number | undefined> = {
    lapis_parse_number: (address = 0) => parse_number(address),
    emscripten_notify_memory_growth: () => undefined,
    proc_exit: (status = 0) => {
      throw new WebAssembly.RuntimeError(`the WebAssembly ended itself (status ${status})`);
    },
    environ_sizes_get: (count = 0, bytes = 0) => {
      write_number(count, 0);
      write_number(bytes, 0);
      return 0;
    },
    environ_get: () => 0,
    fd_write: () => bad_file_descriptor,
    fd_read: () => bad_file_descriptor,
    fd_close: () => bad_file_descriptor,
    fd_seek: () => bad_file_descriptor,
  };
  const imports: Record<string, Record<string, WebAssembly.ImportValue> | undefined> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const values = (imports[from] ??= {});
    if (kind === 'function') values[name] = known[name] ?? (() => not_supported);
    if (kind === 'memory' && given) values[name] = given;
  }
  return imports as WebAssembly.Imports;
}
