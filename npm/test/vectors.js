/** Runs the cases of tests/vectors through the package: in Node.js and, as it is, in a browser. */
import { MemoryChallenges, TacitError, Verifier } from '../src/index.js';
import { Instance } from '../src/instance.js';

const bytes = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const raw = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** A store that says of every challenge that it was open: the caller's word. */
const callers = { issue() {}, consume: () => 'closed' };

const OPTIONS = {
  verifier_key: 'verifierKey',
  operators: 'operators',
  keys: 'keys',
  certificate: 'certificate',
  accept_development_keys: 'acceptDevelopmentKeys',
  newest_epoch_seen: 'newestEpochSeen',
  grace_seconds: 'graceSeconds',
};

/** What comes of a case: `['ok', answer]` or `[code]`. */
export async function run(file, item) {
  try {
    return ['ok', await act(file, item)];
  } catch (error) {
    if (error instanceof TacitError) return [error.code];
    throw error;
  }
}

async function act(file, item) {
  let now = item.prepared_at ?? item.now;
  const config = file.verifiers[item.verifier];
  const lists = (item.lists ?? []).map((name) => raw(file.lists[name]));
  if (item.action === 'ask' || !expressible(config)) {
    // Below the classes, where the random bytes are an argument and a configuration may be anything.
    const instance = await Instance.create();
    instance.create(typeof config === 'string' ? config : JSON.stringify({ ...config, challenges: 'caller', now }));
    if (item.action === 'create') return undefined;
    lists.forEach((list) => instance.addTrustList(list));
    instance.setClock(item.now);
    return instance.request(raw(item.ask), bytes(item.signing_key), bytes(item.random));
  }
  const options = { clock: () => now * 1000, challenges: config.challenges === 'caller' ? callers : new MemoryChallenges() };
  for (const [key, name] of Object.entries(OPTIONS)) options[name] = config[key];
  const verifier = await Verifier.create(options);
  lists.forEach((list) => verifier.addTrustList(list));
  if (item.action === 'create') return undefined;
  if (item.action === 'list') {
    now = item.now;
    return { epoch: verifier.addTrustList(raw(file.lists[item.list])) };
  }
  const request = raw(file.requests[item.request]);
  if (item.challenge === 'open') {
    const { challenge, expiresAt } = verifier.challengeOf(request);
    options.challenges.issue(challenge, expiresAt / 1000, now);
  }
  const verify = (name) => {
    const { hex, padding = 0 } = file.presentations[name];
    const presentation = new Uint8Array(hex.length / 2 + padding);
    presentation.set(bytes(hex));
    return verifier.verify(request, presentation);
  };
  if (item.first) await verify(item.first);
  now = item.now;
  const { verifiedAt, developmentKey, ...rest } = await verify(item.presentation);
  return { ...rest, verified_at: verifiedAt / 1000, development_key: developmentKey };
}

/** Whether the options of the package can say it. */
function expressible(config) {
  return typeof config === 'object' && Object.keys(config).every((key) => key in OPTIONS || key === 'challenges');
}
