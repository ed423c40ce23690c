import { TacitError } from './error.js';

const MOST = 1 << 20;

/** Challenges in the memory of one process. Forgets each once it has expired, whether it was answered or not. */
export class MemoryChallenges {
  #entries = new Map();

  issue(challenge, expiresAt, now) {
    this.#forget(now);
    if (this.#entries.has(challenge)) {
      throw new TacitError('challenge-duplicate', 'the same challenge was issued before; check the random number generator');
    }
    if (this.#entries.size >= MOST) {
      throw new TacitError('challenge-full', `${MOST} challenges are open already; limit how often one client may ask`);
    }
    this.#entries.set(challenge, { expiresAt, used: false });
  }

  consume(challenge, now) {
    const entry = this.#entries.get(challenge);
    if (!entry) return 'unknown';
    if (entry.expiresAt <= now) return 'expired';
    if (entry.used) return 'used';
    entry.used = true;
    return 'closed';
  }

  /** In the order of issue, which is nearly that of expiry: stops at the first that is open, so that it costs what it forgets. */
  #forget(now) {
    for (const [challenge, { expiresAt }] of this.#entries) {
      if (expiresAt > now) break;
      this.#entries.delete(challenge);
    }
  }
}
