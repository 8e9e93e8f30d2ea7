// The WebAssembly module: found, compiled once, instantiated once for each model (with threads: once for all models that
// use as many), and its memory.
import { bytes_in, check_choice, in_words } from './arguments.js';
import { LapisError, text_of } from './error.js';
import { fetch_bytes } from './fetch_bytes.js';
import { Guard } from './guard.js';
import { Helpers, usable_threads, type HelperApi } from './helpers.js';
import { host_imports, shared_memory, takes_memory } from './host.js';
import type { LoadOptions } from './types.js';

/** A module that returns a v128 constant: valid only where the engine has SIMD. */
const simd_probe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
]);

/** What wasm/api.h declares, as numbers. tests/node compares the names with the module's exports. */
export interface Api {
  memory: WebAssembly.Memory;
  _initialize(): void;
  lapis_abi_version(): number;
  lapis_allocate(bytes: number): number;
  lapis_free(address: number): void;
  lapis_last_error(): number;
  lapis_model_load(file: number, bytes: number): number;
  lapis_model_info(model: number): number;
  lapis_model_weights(model: number): number;
  lapis_model_save(model: number): number;
  lapis_model_free(model: number): void;
  lapis_check_image(width: number, height: number): number;
  lapis_predict_image(
    model: number,
    pixels: number,
    width: number,
    height: number,
    channels: number,
    fit: number,
  ): number;
  lapis_predict_text(model: number, text: number, bytes: number): number;
  lapis_predict(model: number, values: number, shape: number, rank: number): number;
  lapis_activations(model: number): number;
  lapis_trainer_create(model: number, options: number, bytes: number): number;
  lapis_trainer_step(
    trainer: number,
    values: number,
    shape: number,
    rank: number,
    labels: number,
    label_count: number,
  ): number;
  lapis_trainer_free(trainer: number): void;
  lapis_result_bytes(): number;
  lapis_result_size(): number;
}

export const abi_version = 1;

type WasmSource = Exclude<LoadOptions['wasm'], undefined>;

/** Compiled modules by address, so that a second model compiles nothing. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

export function has_simd(): boolean {
  return WebAssembly.validate(simd_probe);
}

/** Each address is written out, so that bundlers see the files and emit them. */
function default_source(simd: boolean, threads: number): URL {
  if (threads > 1) return new URL('./lapis-threads.wasm', import.meta.url);
  return simd
    ? new URL('./lapis-simd.wasm', import.meta.url)
    : new URL('./lapis-scalar.wasm', import.meta.url);
}

/** Throws where the bytes are no WebAssembly, before the engine's own message, which nobody understands. */
function check_magic(bytes: Uint8Array, where: string): void {
  if (bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d) return;
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  throw new LapisError(
    start.startsWith('<')
      ? `${where}: the server sent HTML, not WebAssembly; check that the .wasm files are served beside the script`
      : `${where}: not a WebAssembly file (${bytes.byteLength} bytes)`,
  );
}

async function compile_bytes(source: BufferSource, where: string): Promise<WebAssembly.Module> {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  check_magic(bytes, where);
  try {
    return await WebAssembly.compile(source);
  } catch (error) {
    throw new LapisError(`${where}: this engine cannot run the WebAssembly: ${text_of(error)}`);
  }
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== 'string' && !(source instanceof URL)) {
    if (!(source instanceof ArrayBuffer) && !ArrayBuffer.isView(source))
      throw new LapisError(
        `wasm: expected an address, bytes or a WebAssembly.Module, found ${in_words(source)}`,
      );
    return compile_bytes(source, 'wasm');
  }
  const key = String(source);
  let module = compiled.get(key);
  if (!module) {
    module = fetch_bytes(source).then((bytes) => compile_bytes(bytes, key));
    compiled.set(key, module);
    // A failure is not kept, so that asking again tries again.
    module.catch(() => compiled.delete(key));
  }
  return module;
}

/** Throws where the engine has no room for one more instance, or the module is somebody else's. */
async function started(
  compiled: WebAssembly.Module,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  try {
    return await WebAssembly.instantiate(compiled, imports);
  } catch (error) {
    throw new LapisError(`the WebAssembly module cannot be started: ${text_of(error)}`, { cause: error });
  }
}

/** What models of one compiled module and number of threads share. */
interface Crew {
  users: number;
  module: Promise<Module>;
}

const crews = new WeakMap<WebAssembly.Module, Map<number, Crew>>();

/** Larger arguments are not kept: a photo of many megapixels need not stay in memory for the next small one. */
const most_kept_bytes = 4 << 20;
/** Of all arguments of a call: as many as a module can have in all. */
const most_bytes = 2 ** 31 - 2 ** 16;

/** One instance with its own memory. */
export class Module {
  readonly backend: 'simd' | 'scalar';
  readonly api: Api;
  private readonly guard: Guard;
  /** Called when a model no longer uses this. */
  private on_leave: () => void = () => undefined;
  /** Called when the instance has broken down: nobody else may get it. */
  private on_break: () => void = () => undefined;
  private helpers: Helpers | null = null;
  /** Memory for arguments, kept and grown, so that repeated calls allocate nothing. */
  private scratch_address = 0;
  private scratch_bytes = 0;

  private constructor(exports: WebAssembly.Exports, backend: 'simd' | 'scalar') {
    this.guard = new Guard(() => {
      this.on_break();
      this.helpers?.terminate();
    });
    this.api = this.guard.wrap(exports) as unknown as Api;
    this.backend = backend;
  }

  /** For one model, which calls `leave` in the end. */
  static async create(options: Pick<LoadOptions, 'simd' | 'threads' | 'wasm'>): Promise<Module> {
    check_choice(options.simd, [true, false], 'simd');
    const simd = options.simd ?? has_simd();
    const usable = usable_threads(options.threads);
    const threads = simd ? usable : 1;
    const compiled = await compile(options.wasm ?? default_source(simd, threads));
    if (takes_memory(compiled)) return Module.join(compiled, threads);
    return Module.instantiate(compiled, simd ? 'simd' : 'scalar');
  }

  /** Helpers serve one memory, so models that use as many share an instance, until the last of them leaves. */
  private static async join(compiled: WebAssembly.Module, threads: number): Promise<Module> {
    const by_threads = crews.get(compiled) ?? new Map<number, Crew>();
    crews.set(compiled, by_threads);
    const crew = by_threads.get(threads) ?? {
      users: 0,
      module: Module.instantiate(compiled, 'simd', threads),
    };
    by_threads.set(threads, crew);
    crew.users++;
    const forget = (): void => {
      if (by_threads.get(threads) === crew) by_threads.delete(threads);
    };
    const leave = (): boolean => --crew.users === 0;
    try {
      const module = await crew.module;
      module.on_break = forget;
      module.on_leave = () => {
        if (!leave()) return;
        forget();
        if (!module.is_broken) module.helpers?.end();
      };
      return module;
    } catch (error) {
      if (leave()) forget();
      throw error;
    }
  }

  private static async instantiate(
    compiled: WebAssembly.Module,
    backend: 'simd' | 'scalar',
    threads = 0,
  ): Promise<Module> {
    const given = threads > 0 ? shared_memory() : undefined;
    const late: { memory?: WebAssembly.Memory } = {};
    const imports = host_imports(compiled, () => late.memory, given);
    const instance = await started(compiled, imports);
    const module = new Module({ ...instance.exports, ...(given && { memory: given }) }, backend);
    const { api } = module;
    late.memory = api.memory;
    if (typeof api.lapis_abi_version !== 'function' || api.lapis_abi_version() !== abi_version)
      throw new LapisError('the .wasm file belongs to another version of this package');
    api._initialize();
    if (given && threads > 1)
      module.helpers = await Helpers.start(api as Api & HelperApi, compiled, given, threads - 1);
    return module;
  }

  /** Threads that calculate: the caller's and its helpers. */
  get threads(): number {
    return 1 + (this.helpers?.count ?? 0);
  }

  get is_broken(): boolean {
    return this.guard.is_broken;
  }

  /** Throws where a call ended the instance; `what` opens the text. */
  check_alive(what: string): void {
    this.guard.check(what);
  }

  leave(): void {
    this.on_leave();
  }

  /** Throws the library's own message where a call returned 0. */
  check(result: number): number {
    if (result === 0) throw new LapisError(this.text(this.api.lapis_last_error()));
    return result;
  }

  /**
   * Copies the arguments into memory, one after another, and returns their addresses. Valid until the next call. No
   * view of the memory is kept: growth would detach it.
   */
  put(...values: (Uint8Array | Uint8ClampedArray | Float32Array | Int32Array)[]): number[] {
    // Every argument is bytes that are copied whole, or an error: no call can meet what an earlier one left here.
    const parts = values.map(bytes_in);
    const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;
    const bytes = parts.reduce((sum, part) => sum + align(part.byteLength), 0);
    if (bytes > most_bytes)
      throw new LapisError(`not enough memory: the call's arguments have ${bytes} bytes`);
    if (bytes > this.scratch_bytes) {
      this.release();
      this.scratch_address = this.check(this.api.lapis_allocate(bytes));
      this.scratch_bytes = bytes;
    }
    let address = this.scratch_address;
    return parts.map((part) => {
      const at = address;
      new Uint8Array(this.api.memory.buffer, at, part.byteLength).set(part);
      address += align(part.byteLength);
      return at;
    });
  }

  /** Gives back what `put` keeps. */
  release(): void {
    const address = this.scratch_address;
    this.scratch_address = this.scratch_bytes = 0;
    this.api.lapis_free(address);
  }

  /** After a call: a large argument is not kept. */
  tidy(): void {
    if (!this.is_broken && this.scratch_bytes > most_kept_bytes) this.release();
  }

  /** A zero-terminated UTF-8 text. */
  text(address: number): string {
    const memory = new Uint8Array(this.api.memory.buffer);
    // A copy: browsers decode nothing that is shared.
    return new TextDecoder().decode(memory.slice(address, memory.indexOf(0, address)));
  }

  /** The JSON text at an address. */
  json(address: number): unknown {
    return JSON.parse(this.text(address));
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.api.memory.buffer, address, count).slice();
  }

  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.api.memory.buffer, address, count).slice();
  }

  /** The bytes that the last call left. */
  result_bytes(): Uint8Array {
    return this.bytes(this.api.lapis_result_bytes(), this.api.lapis_result_size());
  }
}
