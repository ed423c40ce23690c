/** A secret or public key, digest or challenge: bytes, or hexadecimal digits. */
export type Bytes = Uint8Array | string;

/** The attributes that a policy can ask to see. */
export type Attribute = 'number' | 'name' | 'birth' | 'sex' | 'region' | 'expiry' | 'extras';

/** What you ask of a guest. Everything is optional; a policy must say at least one thing. */
export interface Policy {
  /** What it is for, shown to the guest. */
  title?: string;
  minimum_age?: number;
  maximum_age?: number;
  /** Resident in one of these, by English or Chinese name. */
  provinces?: string[];
  /** Resident within this range of six-digit region codes. */
  region?: { from: number | string; to: number | string };
  /** The ID has not expired; true unless you say otherwise. */
  valid?: boolean;
  /** Attributes that you want to see. */
  disclose?: Attribute[];
  /** The label under which you will recognise the guest again. */
  pseudonym?: string;
  /** How old the revocation state behind the answer may be; a week unless you say otherwise. */
  max_status_age_hours?: number;
}

/** A request as the wallet gets it. Send it as JSON, and keep it with the guest's session. */
export interface SignedRequest {
  request: Record<string, unknown>;
  signature: string;
}

/** What now holds for the guest. */
export interface Verified {
  /** What was asked, and so what is proven. */
  policy: Policy;
  /** The day on which it holds, `2026-11-25`. */
  date: string;
  /** The attributes that you asked to see, as the issuer signed them. */
  disclosed: {
    number?: string;
    name?: string;
    birth?: string;
    sex?: 'female' | 'male';
    region?: string;
    expiry?: string;
    extras?: unknown;
  };
  /** The same guest has the same one every time; there if the policy asked for one. */
  pseudonym?: string;
  /** The trust list that the proof is about. */
  epoch: number;
  /** The number of this transaction in your log. */
  challenge: string;
  verifiedAt: Date;
  /** True: whoever made the key could have forged the proof. */
  developmentKey: boolean;
}

/**
 * Where challenges are remembered. The default serves one process and forgets everything when it ends; several servers, or
 * one that is started again, keep them in a database.
 */
export interface ChallengeStore {
  /** Records a fresh challenge as open until `expiresAt`; times are seconds since 1970. */
  issue(challenge: string, expiresAt: number, now: number): void | Promise<void>;
  /**
   * Closes the challenge, in one step, if it is open: of any number of calls for one challenge, on any number of machines, one
   * gets `'closed'`. In SQL: `UPDATE … SET used_at = now WHERE challenge = ? AND used_at IS NULL AND expires_at > now`, and
   * look at the number of rows.
   */
  consume(challenge: string, now: number): ChallengeState | Promise<ChallengeState>;
}

/** `'closed'`: it was open, and is not any more. All others are refusals. */
export type ChallengeState = 'closed' | 'used' | 'unknown' | 'expired';

/** Challenges in the memory of one process. */
export class MemoryChallenges implements ChallengeStore {
  issue(challenge: string, expiresAt: number, now: number): void;
  consume(challenge: string, now: number): ChallengeState;
}

export interface VerifierOptions {
  /** The trust operators whose lists count: the one for which requests are made comes first. Pin them. */
  operators: Bytes[];
  /** The bytes of verifying keys' files (`resident-id.vk`); requests are made for the last. */
  keys: Bytes[];
  /** The 32 bytes of your secret key; without it a verifier only checks. */
  signingKey?: Bytes;
  /** Your public key, if there is no signing key. */
  verifierKey?: Bytes;
  /** The operator's word on who you are; without it wallets warn your guests. JSON, or its text. */
  certificate?: object | string;
  /** Lists to begin with. */
  trustLists?: (object | string)[];
  /** True while you are trying things out. Never in production: whoever made such a key can forge. */
  acceptDevelopmentKeys?: boolean;
  /** The newest list that an earlier run used: no older one is believed. */
  newestEpochSeen?: number;
  /** For how long a newer list leaves requests of the older one open. 0. */
  graceSeconds?: number;
  /** Where challenges are remembered. */
  challenges?: ChallengeStore;
  /** The time in milliseconds since 1970. `Date.now`. */
  clock?: () => number | Date;
  /** Another build of the module, or one that was compiled before (for workers). */
  wasm?: BufferSource | WebAssembly.Module;
}

/** Makes requests and checks presentations. */
export class Verifier {
  private constructor();

  /** Checks that the parts fit together. */
  static create(options: VerifierOptions): Promise<Verifier>;

  /** Takes a trust list into use, and says its number. Do so whenever the operator publishes one. */
  addTrustList(list: object | string): number;

  /** Makes a request, and records its challenge. Every guest, and every try, gets one of its own. */
  request(ask: { policy: Policy; endpoint: string; lifetimeSeconds?: number }): Promise<SignedRequest>;

  /**
   * Checks a presentation against the request that it answers, one of yours, and consumes its challenge. Resolves if everything
   * holds, and rejects with a `TacitError` otherwise. A refusal leaves the challenge open.
   */
  verify(request: SignedRequest | string, presentation: Uint8Array | ArrayBuffer | object | string): Promise<Verified>;

  /** The same of many, faster than one by one; results in the same order. */
  verifyBatch(
    answers: { request: SignedRequest | string; presentation: Uint8Array | ArrayBuffer | object | string }[],
  ): Promise<({ accepted: Verified; error?: undefined } | { accepted?: undefined; error: TacitError })[]>;

  /** A request's challenge: what to look it up by, as the presentation carries it too. */
  challengeOf(request: SignedRequest | string): { challenge: string; expiresAt: Date };

  /** Wipes the signing key and frees memory. */
  close(): void;
}

/** Everything that is refused. */
export class TacitError extends Error {
  constructor(code: string, message: string);
  /** Stable: `challenge-used`, `proof-invalid`. For your log. */
  readonly code: string;
  /** What to tell the sender, whatever the cause. */
  readonly refusal: string;
}
