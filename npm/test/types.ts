/** Compiled, never run: the types allow what a site writes, and not what it gets wrong. */
import { MemoryChallenges, TacitError, Verifier, type ChallengeStore, type Verified } from '../src/index.js';

const store: ChallengeStore = {
  async issue(challenge: string, expiresAt: number) {
    console.log(challenge, expiresAt);
  },
  async consume(challenge: string, now: number) {
    return challenge.length > now ? 'closed' : 'used';
  },
};

const verifier = await Verifier.create({ operators: ['00'], keys: [new Uint8Array(364)], signingKey: new Uint8Array(32), challenges: store });
const request = await verifier.request({ policy: { minimum_age: 18, disclose: ['name'] }, endpoint: 'https://hotel.example/' });
try {
  const guest: Verified = await verifier.verify(request, new Uint8Array());
  const name: string | undefined = guest.disclosed.name;
  console.log(name, guest.verifiedAt.getTime());
} catch (error) {
  if (error instanceof TacitError) console.log(error.code.length, error.refusal);
}
for (const { accepted, error } of await verifier.verifyBatch([{ request, presentation: '{}' }])) {
  const words: string = accepted ? accepted.date : error.code;
  console.log(words);
}

// @ts-expect-error a verifier is made by `create`
new Verifier();
// @ts-expect-error there is no such attribute
await verifier.request({ policy: { disclose: ['portrait'] }, endpoint: '' });
// @ts-expect-error a store says a word, not true
const careless: ChallengeStore = { issue() {}, consume: () => true };
console.log(careless, new MemoryChallenges());
