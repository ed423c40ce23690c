import { TacitError } from './error.js';
import base64 from '../dist/module.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const OK = 0;
const REFUSED = 1;

let compiled;

/** The C functions of one instance of the module, with JavaScript's types. */
export class Instance {
  #exports;
  #object = 0;

  static async create(given) {
    const module = given ? await compile(given) : await (compiled ??= compile(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))));
    return new Instance(await WebAssembly.instantiate(module, {}));
  }

  constructor(instance) {
    this.#exports = instance.exports;
  }

  create(config) {
    this.#call((pass, answer) => {
      const place = pass(new Uint8Array(4));
      const code = this.#exports.tacit_verifier_create(...pass.sized(config), place, answer);
      this.#object = this.#view().getUint32(place, true);
      return code;
    });
  }

  setClock(now) {
    return this.#call((_, answer) => this.#exports.tacit_verifier_set_clock(this.#object, BigInt(now), answer));
  }

  addTrustList(list) {
    return this.#call((pass, answer) => this.#exports.tacit_verifier_add_trust_list(this.#object, ...pass.sized(list), answer));
  }

  request(ask, signingKey, random) {
    return this.#call((pass, answer) =>
      this.#exports.tacit_verifier_request(this.#object, ...pass.sized(ask), pass(signingKey), pass(random), answer),
    );
  }

  check(request, presentation) {
    return this.#call((pass, answer) =>
      this.#exports.tacit_verifier_check(this.#object, ...pass.sized(request), ...pass.sized(presentation), answer),
    );
  }

  checkBatch(answers) {
    return this.#call((pass, answer) => {
      const words = answers.flatMap(({ request, presentation }) => [...pass.sized(request), ...pass.sized(presentation)]);
      const list = pass(new Uint8Array(Uint32Array.from(words).buffer));
      return this.#exports.tacit_verifier_check_batch(this.#object, list, answers.length, answer);
    });
  }

  challenge(request) {
    return this.#call((pass, answer) => this.#exports.tacit_request_challenge(...pass.sized(request), answer));
  }

  key(signingKey) {
    return this.#call((pass, answer) => this.#exports.tacit_verifier_key(pass(signingKey), answer));
  }

  /** Bytes of the module's memory. */
  get memory() {
    return this.#exports.memory.buffer.byteLength;
  }

  close() {
    if (this.#exports) this.#exports.tacit_verifier_destroy(this.#object);
    this.#exports = undefined;
  }

  #view() {
    return new DataView(this.#exports.memory.buffer);
  }

  /** Runs a function with its arguments in the module's memory, takes its answer, and frees both; what was passed is wiped. */
  #call(work) {
    if (!this.#exports) throw new TacitError('closed', 'this verifier was closed, or a fault ended it; make a new one');
    const { tacit_allocate, tacit_release, tacit_text_free } = this.#exports;
    const passed = [];
    const pass = (bytes) => {
      const start = tacit_allocate(bytes.length);
      if (start === 0) throw new TacitError('memory', 'there is no memory for the argument');
      passed.push([start, bytes.length]);
      new Uint8Array(this.#exports.memory.buffer).set(bytes, start);
      return start;
    };
    pass.sized = (value) => {
      const bytes = typeof value === 'string' ? encoder.encode(value) : value;
      return [pass(bytes), bytes.length];
    };
    let code;
    let text;
    try {
      const answer = pass(new Uint8Array(4));
      code = work(pass, answer);
      const start = this.#view().getUint32(answer, true);
      if (start !== 0) {
        const memory = new Uint8Array(this.#exports.memory.buffer);
        text = decoder.decode(memory.subarray(start, memory.indexOf(0, start)));
        tacit_text_free(start);
      }
      for (const [start, size] of passed) {
        new Uint8Array(this.#exports.memory.buffer).fill(0, start, start + size);
        tacit_release(start, size);
      }
    } catch (cause) {
      // A trap leaves memory as it was in the middle of something: nothing of it is used again.
      if (!(cause instanceof TacitError)) this.#exports = undefined;
      throw cause instanceof TacitError ? cause : Object.assign(new TacitError('internal', 'an internal error; please report it'), { cause });
    }
    const answer = text === undefined ? undefined : JSON.parse(text);
    if (code === OK && answer !== undefined) return answer;
    if (code === REFUSED && answer) throw new TacitError(answer.error.code, answer.error.message);
    throw new TacitError('internal', answer?.error?.message ?? 'an internal error; please report it');
  }
}

function compile(source) {
  return source instanceof WebAssembly.Module ? source : WebAssembly.compile(source);
}
