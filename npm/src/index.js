/**
 * Verifying Tacit presentations. `index.d.ts` documents what is here; README.md has an example.
 *
 * The cryptography is the Rust crate `tacit-verifier`, compiled to a WebAssembly module that is part of this package's JavaScript. It
 * imports nothing: time and random bytes are handed to it, and it never sees the network. Each verifier has an instance of its own, which is
 * thrown away after a fault.
 */
import { Instance } from './instance.js';
import { MemoryChallenges } from './challenges.js';
import { TacitError } from './error.js';

export { MemoryChallenges, TacitError };

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const digits = (value) => (typeof value === 'string' ? value : hex(value));
const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** 32 bytes of a secret key, which may be given as digits. */
function secret(value) {
  const bytes = typeof value === 'string' ? Uint8Array.from(value.match(/../g) ?? [], (pair) => parseInt(pair, 16)) : Uint8Array.from(value);
  if (bytes.length !== 32 || (typeof value === 'string' && !/^[0-9a-f]{64}$/i.test(value))) {
    throw new TacitError('signing-key', 'a signing key has 32 bytes, or 64 hexadecimal digits');
  }
  return bytes;
}

function outcome({ verified_at, development_key, ...rest }) {
  return { ...rest, verifiedAt: new Date(verified_at * 1000), developmentKey: development_key };
}

/** Makes requests and checks presentations. */
export class Verifier {
  #instance;
  #signingKey;
  #challenges;
  #clock;

  /** Use `Verifier.create`. */
  constructor(parts) {
    if (!(parts?.instance instanceof Instance)) throw new TypeError('use Verifier.create');
    ({ instance: this.#instance, signingKey: this.#signingKey, challenges: this.#challenges, clock: this.#clock } = parts);
  }

  static async create(options) {
    const { operators, keys, certificate, trustLists = [], acceptDevelopmentKeys = false, newestEpochSeen, graceSeconds = 0 } = options;
    const clock = options.clock ?? Date.now;
    const instance = await Instance.create(options.wasm);
    const signingKey = options.signingKey === undefined ? undefined : secret(options.signingKey);
    const verifierKey = signingKey ? instance.key(signingKey).verifier_key : digits(options.verifierKey ?? '');
    instance.create(
      JSON.stringify({
        verifier_key: verifierKey,
        operators: operators.map(digits),
        keys: keys.map(digits),
        certificate: typeof certificate === 'string' ? JSON.parse(certificate) : certificate,
        accept_development_keys: acceptDevelopmentKeys,
        newest_epoch_seen: newestEpochSeen,
        grace_seconds: graceSeconds,
        challenges: 'caller',
        now: seconds(clock),
      }),
    );
    const challenges = options.challenges ?? new MemoryChallenges();
    const verifier = new Verifier({ instance, signingKey, challenges, clock });
    trustLists.forEach((list) => verifier.addTrustList(list));
    return verifier;
  }

  addTrustList(list) {
    this.#tick();
    return this.#instance.addTrustList(text(list)).epoch;
  }

  async request({ policy, endpoint, lifetimeSeconds = 300 }) {
    if (!this.#signingKey) throw new TacitError('signing-key', 'this verifier has no signing key; pass it to Verifier.create');
    const now = this.#tick();
    const ask = JSON.stringify({ policy, endpoint, lifetime_seconds: lifetimeSeconds });
    const random = globalThis.crypto.getRandomValues(new Uint8Array(32));
    const request = this.#instance.request(ask, this.#signingKey, random);
    const { challenge, expires_at } = this.#instance.challenge(JSON.stringify(request));
    await this.#challenges.issue(challenge, expires_at, now);
    return request;
  }

  async verify(request, presentation) {
    const now = this.#tick();
    const checked = this.#instance.check(text(request), bytes(presentation));
    // The one step that makes an answer count, once: in the store, whatever other processes do.
    close(await this.#challenges.consume(checked.challenge, now));
    return outcome(checked);
  }

  async verifyBatch(answers) {
    const now = this.#tick();
    const checked = this.#instance.checkBatch(
      answers.map(({ request, presentation }) => ({ request: text(request), presentation: bytes(presentation) })),
    );
    const results = [];
    for (const { accepted, error } of checked) {
      try {
        if (error) throw new TacitError(error.code, error.message);
        close(await this.#challenges.consume(accepted.challenge, now));
        results.push({ accepted: outcome(accepted) });
      } catch (cause) {
        if (!(cause instanceof TacitError)) throw cause;
        results.push({ error: cause });
      }
    }
    return results;
  }

  challengeOf(request) {
    const { challenge, expires_at } = this.#instance.challenge(text(request));
    return { challenge, expiresAt: new Date(expires_at * 1000) };
  }

  close() {
    this.#signingKey?.fill(0);
    this.#instance.close();
  }

  #tick() {
    const now = seconds(this.#clock);
    this.#instance.setClock(now);
    return now;
  }
}

function seconds(clock) {
  const now = Math.floor(Number(clock()) / 1000);
  if (!Number.isSafeInteger(now) || now <= 0) throw new TacitError('no-clock', 'the clock does not give milliseconds since 1970');
  return now;
}

function bytes(presentation) {
  if (presentation instanceof Uint8Array) return presentation;
  if (presentation instanceof ArrayBuffer) return new Uint8Array(presentation);
  return text(presentation);
}

/** What a store says of a challenge. Anything but "it was open, and I closed it" is a refusal. */
function close(state) {
  const words = {
    used: 'the challenge was answered before; make a new request for every presentation',
    unknown: 'this verifier did not issue the challenge, or has forgotten it since; make a new request',
    expired: 'the challenge has expired; make a new request',
  };
  if (state === 'closed') return;
  const known = Object.hasOwn(words, state) ? state : 'store';
  throw new TacitError(`challenge-${known}`, words[known] ?? 'the challenge store gave no answer that it should give');
}
