import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MemoryChallenges, TacitError, Verifier } from '../src/index.js';
import { Instance } from '../src/instance.js';

const file = JSON.parse(readFileSync(new URL('../../tests/vectors/verifier.json', import.meta.url)));
const hotel = file.verifiers.hotel;
const NOW = file.cases[0].now;
const accepted = file.cases.find(({ name }) => name === 'accepted: wide, JSON');
const presentation = (name) => Buffer.from(file.presentations[name].hex, 'hex');

const options = (more) => ({
  operators: hotel.operators,
  keys: hotel.keys.map((key) => Buffer.from(key, 'hex')),
  certificate: JSON.stringify(hotel.certificate),
  acceptDevelopmentKeys: true,
  signingKey: new Uint8Array(32).fill(33),
  trustLists: [file.lists.seven],
  clock: () => new Date(NOW * 1000),
  ...more,
});
const ask = { policy: { minimum_age: 18, provinces: ['Guangdong', 'Hunan'] }, endpoint: 'https://lotus-hotel.example/present' };
const refused = (code) => (error) => error instanceof TacitError && error.code === code && error.message.length > 10;

test('a site makes requests, each once, and records them', async () => {
  const issued = [];
  const challenges = { issue: (...of) => issued.push(of), consume: () => 'unknown' };
  const verifier = await Verifier.create(options({ challenges }));
  const [one, two] = [await verifier.request(ask), await verifier.request({ ...ask, lifetimeSeconds: 60 })];
  assert.equal(one.request.endpoint, ask.endpoint);
  assert.equal(one.request.verifier, hotel.verifier_key);
  assert.notEqual(one.request.random, two.request.random);
  assert.deepEqual(issued.map(([, expiresAt, now]) => expiresAt - now), [300, 60]);
  const { challenge, expiresAt } = verifier.challengeOf(JSON.stringify(two));
  assert.deepEqual([challenge, expiresAt / 1000], issued[1].slice(0, 2));
});

test('an answer counts once, whatever the form, and only if the store says so', async () => {
  const challenges = new MemoryChallenges();
  const verifier = await Verifier.create(options({ challenges }));
  const request = file.requests.wide;
  const { challenge, expiresAt } = verifier.challengeOf(request);
  await assert.rejects(verifier.verify(request, presentation('wide')), refused('challenge-unknown'));
  challenges.issue(challenge, expiresAt / 1000, NOW);
  assert.throws(() => challenges.issue(challenge, expiresAt / 1000, NOW), refused('challenge-duplicate'));
  const asObject = JSON.parse(presentation('wide as JSON'));
  const guest = await verifier.verify(request, asObject);
  assert.equal(guest.pseudonym, accepted.answer.pseudonym);
  assert.equal(guest.disclosed.birth, '1990-06-15');
  assert.deepEqual([guest.verifiedAt, guest.developmentKey], [new Date(NOW * 1000), true]);
  for (const again of [asObject, presentation('wide'), presentation('wide, proof re-randomised').buffer.slice(0)]) {
    await assert.rejects(verifier.verify(request, again), (error) => error instanceof TacitError);
  }
  await assert.rejects(verifier.verify(request, presentation('wide')), refused('challenge-used'));
  for (const state of [undefined, true, 'open', 'toString', 'closed ']) {
    const careless = await Verifier.create(options({ challenges: { issue() {}, consume: async () => state } }));
    await assert.rejects(careless.verify(request, presentation('wide')), refused('challenge-store'));
  }
  const failing = { issue() {}, consume: () => Promise.reject(new Error('no connection')) };
  await assert.rejects((await Verifier.create(options({ challenges: failing }))).verify(request, asObject), /no connection/);
});

test('calls at the same time get one acceptance', async () => {
  const challenges = new MemoryChallenges();
  const verifier = await Verifier.create(options({ challenges }));
  const { challenge, expiresAt } = verifier.challengeOf(file.requests.narrow);
  challenges.issue(challenge, expiresAt / 1000, NOW);
  const calls = Array.from({ length: 5 }, () => verifier.verify(file.requests.narrow, presentation('narrow')));
  const settled = await Promise.allSettled(calls);
  assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.ok(settled.every(({ status, reason }) => status === 'fulfilled' || reason.code === 'challenge-used'));
});

test('challenges expire and are forgotten', () => {
  const store = new MemoryChallenges();
  store.issue('a', 10, 0);
  assert.equal(store.consume('a', 10), 'expired');
  store.issue('b', 30, 10);
  assert.equal(store.consume('a', 11), 'unknown');
  assert.deepEqual([store.consume('b', 11), store.consume('b', 11)], ['closed', 'used']);
});

test('a batch has one outcome for each', async () => {
  const challenges = new MemoryChallenges();
  const verifier = await Verifier.create(options({ challenges }));
  const answers = ['narrow', 'wide', 'C negated', 'narrow', 'malformed: a byte more'].map((name) => ({
    request: file.requests[name] ?? file.requests['to be narrow'],
    presentation: presentation(name),
  }));
  for (const name of ['narrow', 'wide', 'to be narrow']) {
    const { challenge, expiresAt } = verifier.challengeOf(file.requests[name]);
    challenges.issue(challenge, expiresAt / 1000, NOW);
  }
  const results = await verifier.verifyBatch(answers);
  assert.deepEqual(
    results.map(({ accepted, error }) => (accepted ? 'ok' : error.code)),
    ['ok', 'ok', 'proof-invalid', 'challenge-used', 'presentation-trailing-bytes'],
  );
  assert.deepEqual(await verifier.verifyBatch([]), []);
});

test('what is missing is said', async () => {
  const { signingKey, ...rest } = options();
  assert.ok(signingKey);
  const reader = await Verifier.create({ ...rest, verifierKey: hotel.verifier_key });
  await assert.rejects(reader.request(ask), refused('signing-key'));
  await assert.rejects(Verifier.create(options({ signingKey: 'ab' })), refused('signing-key'));
  await assert.rejects(Verifier.create(options({ acceptDevelopmentKeys: false })), refused('development-key'));
  await assert.rejects(Verifier.create(options({ clock: () => undefined })), refused('no-clock'));
  await assert.rejects(Verifier.create(options({ operators: [] })), refused('no-operator'));
  const verifier = await Verifier.create(options());
  await assert.rejects(verifier.request({ ...ask, policy: { minimum_age: 'x' } }), refused('ask-json'));
  verifier.close();
  await assert.rejects(verifier.request(ask), refused('closed'));
  assert.throws(() => new Verifier({}), TypeError);
});

test('nothing that a sender can send ends an instance, or leaves memory behind', async () => {
  const instance = await Instance.create();
  instance.create(JSON.stringify({ ...hotel, challenges: 'caller', now: NOW }));
  instance.addTrustList(JSON.stringify(file.lists.seven));
  const request = JSON.stringify(file.requests.wide);
  const good = presentation('wide');
  let state = 1;
  const random = (below) => (state = (state * 48271) % 0x7fffffff) % below;
  let size;
  for (let round = 0; round < 600; round++) {
    const bytes = Uint8Array.from(good);
    const kind = random(4);
    const shown =
      kind === 0 ? bytes.subarray(0, random(bytes.length)) : kind === 1 ? Uint8Array.from([...bytes, random(256)]) : bytes;
    for (let flips = kind === 2 ? 1 : random(4); flips > 0; flips--) shown[random(shown.length)] ^= 1 << random(8);
    try {
      instance.check(kind === 3 ? request.slice(0, random(request.length)) : request, shown);
    } catch (error) {
      assert.ok(error instanceof TacitError && error.code !== 'internal', `${error.code}: ${Buffer.from(shown).toString('hex')}`);
    }
    if (round === 100) size = instance.memory;
  }
  assert.equal(instance.memory, size);
  assert.equal(instance.check(request, good).pseudonym, accepted.answer.pseudonym);
});

test('an instance that a fault ended is not used again', async () => {
  const instance = await Instance.create();
  // Without `create` there is no object, which is refused; a trap in the middle ends the instance.
  assert.throws(() => instance.check('{}', '{}'), refused('null'));
  assert.throws(() => instance.checkBatch(undefined), (error) => error.code === 'internal');
  assert.throws(() => instance.challenge('{}'), refused('closed'));
});
