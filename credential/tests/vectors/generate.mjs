// Writes poseidon.json, keys.json and signatures.json. Run after `npm ci`: node generate.mjs
//
// Every value comes from circomlibjs, and every signature from @zk-kit/eddsa-poseidon as well; the script stops where the two
// differ. Most keys and signatures must be refused; `stage` names the check that does it, in the order in which ours are made.
// The packages' own verdict is asked too: where ours is stricter, the vector says so (`stricter`), and why is in `note`.
//
// Field elements and scalars: 64 hexadecimal digits of 32 bytes, little-endian. Nothing here is random: values that
// should look so are SHA-256 of a counter.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { buildEddsa, buildPoseidon } from "circomlibjs";

// The package's ES modules import a CommonJS package by name, which Node refuses; its CommonJS build loads.
const zkKit = createRequire(import.meta.url)("@zk-kit/eddsa-poseidon");

const circomPoseidon = await buildPoseidon();
const eddsa = await buildEddsa();
const curve = eddsa.babyJub;
const F = curve.F;

const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const l = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
const wide = 1n << 256n;

const hex = (x) => {
    if (x < 0n || x >= wide) throw new Error(`not 256 bits: ${x}`);
    return Buffer.from(x.toString(16).padStart(64, "0"), "hex").reverse().toString("hex");
};
const poseidon = (inputs) => circomPoseidon.F.toObject(circomPoseidon(inputs));
let counter = 0;
const seed = () => createHash("sha256").update(`tacit vector ${counter++}`).digest();
const element = () => BigInt("0x" + seed().toString("hex")) % r;
const point = ([x, y]) => [F.e(x), F.e(y)];
const plain = (p) => p.map((c) => F.toObject(c));
const add = (p, q) => plain(curve.addPoint(point(p), point(q)));
const times = (p, k) => plain(curve.mulPointEscalar(point(p), k));
const equal = (a, b) => JSON.stringify(a, text) === JSON.stringify(b, text);
function text(_, value) {
    return typeof value === "bigint" ? value.toString() : value;
}
const write = (name, value) => writeFileSync(new URL(name, import.meta.url), JSON.stringify(value, text, 1) + "\n");

// ---- Poseidon: 1 to 8 inputs; zeros, ones, r - 1, a mixture of edges, and ordinary values.
const edges = [0n, 1n, r - 1n, 2n, (r - 1n) / 2n, 1n << 253n, (1n << 64n) - 1n, 1n << 128n];
const hashes = [];
for (let n = 1; n <= 8; n++) {
    const inputs = [
        Array(n).fill(0n),
        Array(n).fill(1n),
        Array(n).fill(r - 1n),
        Array.from({ length: n }, (_, i) => BigInt(i + 1)),
        edges.slice(0, n),
        edges.slice(8 - n),
        Array.from({ length: n }, element),
        Array.from({ length: n }, element),
    ];
    for (const x of inputs) hashes.push({ inputs: x.map(hex), output: hex(poseidon(x)) });
}
write("poseidon.json", hashes);

// ---- Points of small order: the order of the whole group is 8·l.
const identity = [0n, 1n];
const half = [0n, r - 1n];
let eighth;
for (let y = 2n; !eighth; y++) {
    const packed = new Uint8Array(32);
    F.toRprLE(packed, 0, F.e(y));
    const p = curve.unpackPoint(packed);
    if (!p || !curve.inCurve(p)) continue;
    const torsion = times(plain(p), l);
    if (!equal(times(torsion, 4n), identity)) eighth = torsion;
}
const fourth = times(eighth, 2n);
if (!equal(times(fourth, 2n), half)) throw new Error("twice the point of order 4 is (0, -1)");

// ---- Keys.
const seeds = [Buffer.alloc(32, 0), Buffer.alloc(32, 0xff), Buffer.from([...Array(32).keys()]), seed(), seed(), seed()];
const publicKey = (s) => {
    const key = plain(eddsa.prv2pub(s));
    if (!equal(key, zkKit.derivePublicKey(s))) throw new Error("the packages derive different keys");
    return key;
};
const keys = [];
const key = (note, stage, [x, y]) => {
    const canonical = x < r && y < r;
    const inCurve = canonical && curve.inCurve(point([x, y]));
    const inSubgroup = inCurve && curve.inSubgroup(point([x, y]));
    // circomlibjs takes the identity for a member of the subgroup.
    const expected = { accepted: [true, true], encoding: [false, false], curve: [false, false], identity: [true, true] }[stage];
    if (!equal([inCurve, inSubgroup], expected ?? [true, false])) throw new Error(`${note}: ${inCurve}, ${inSubgroup}`);
    keys.push({ note, stage, x: hex(x), y: hex(y) });
};
const base8 = plain(curve.Base8);
const a = publicKey(seeds[3]);
seeds.forEach((s, i) => key(`key of seed ${i}`, "accepted", publicKey(s)));
key("base point", "accepted", base8);
key("negated key", "accepted", [r - a[0], a[1]]);
key("x + r", "encoding", [a[0] + r, a[1]]);
key("y + r", "encoding", [a[0], a[1] + r]);
key("the identity as (r, 1)", "encoding", [r, 1n]);
key("all ones", "encoding", [wide - 1n, wide - 1n]);
key("y + 1", "curve", [a[0], (a[1] + 1n) % r]);
key("swapped", "curve", [a[1], a[0]]);
key("(0, 0)", "curve", [0n, 0n]);
key("(1, 1)", "curve", [1n, 1n]);
key("identity", "identity", identity);
key("order 2", "small-order", half);
for (const k of [1n, 3n]) key(`order 4, multiple ${k}`, "small-order", times(fourth, k));
for (const k of [1n, 3n, 5n, 7n]) key(`order 8, multiple ${k}`, "small-order", times(eighth, k));
for (const k of [1n, 2n, 3n, 4n, 5n, 6n, 7n]) key(`key plus ${k} times a point of order 8`, "subgroup", add(a, times(eighth, k)));
key("base point plus a point of order 8", "subgroup", add(base8, eighth));
write("keys.json", keys);

// ---- Signatures.
const signed = [];
for (const s of seeds) {
    for (const message of [0n, 1n, r - 1n, 1n << 253n, element()]) {
        const ours = eddsa.signPoseidon(s, F.e(message));
        const theirs = zkKit.signMessage(s, message);
        const [rx, ry] = plain(ours.R8);
        if (!equal([rx, ry, ours.S], [...theirs.R8, theirs.S].map(BigInt))) throw new Error("the packages sign differently");
        signed.push({ seed: s, key: publicKey(s), message, r: [rx, ry], s: ours.S });
    }
}
const signatures = [];
const signature = (note, stage, v, stricter = false) => {
    let circomlibjs = false;
    let zk = false;
    if (v.r[0] < r && v.r[1] < r) {
        circomlibjs = eddsa.verifyPoseidon(F.e(v.message), { R8: point(v.r), S: v.s }, point(v.key));
        try {
            zk = zkKit.verifySignature(v.message, { R8: v.r, S: v.s }, v.key);
        } catch {
            zk = false;
        }
    }
    const expected = stage === "accepted" || stricter;
    if (circomlibjs !== expected || zk !== expected) throw new Error(`${note}: circomlibjs ${circomlibjs}, zk-kit ${zk}`);
    const vector = { note, stage, stricter };
    if (v.seed) vector.seed = v.seed.toString("hex");
    const [x, y] = v.key.map(hex);
    const [rx, ry] = v.r.map(hex);
    signatures.push({ ...vector, key: { x, y }, message: hex(v.message), rx, ry, s: hex(v.s) });
};
signed.forEach((v, i) => signature(`signature ${i}`, "accepted", v));

const v = { ...signed[3 * 5 + 4], seed: undefined };
const other = signed[4 * 5 + 4];
const change = (note, stage, part, stricter) => signature(note, stage, { ...v, ...part }, stricter);
change("message + 1", "equation", { message: v.message + 1n });
change("message 0", "equation", { message: 0n });
change("another key", "equation", { key: other.key });
change("negated key", "equation", { key: [r - v.key[0], v.key[1]] });
change("another signature's R", "equation", { r: other.r });
change("another signature's S", "equation", { s: other.s });
change("S + 1", "equation", { s: (v.s + 1n) % l });
change("-S", "equation", { s: l - v.s });
change("S = 0", "equation", { s: 0n });
change("negated R", "equation", { r: [r - v.r[0], v.r[1]] });
change("R + B8", "equation", { r: add(v.r, base8) });
change("R + B8, S + 1: the challenge moves", "equation", { r: add(v.r, base8), s: (v.s + 1n) % l });
change("R + 8A, S as it was", "equation", { r: add(v.r, times(v.key, 8n)) });
for (const k of [1n, 2n, 3n, 4n, 5n, 6n, 7n]) change(`R + ${k} times a point of order 8`, "equation", { r: add(v.r, times(eighth, k)) });
change("R = B8, S = 1: as if h were 0", "equation", { r: base8, s: 1n });
change("R = (S)B8 for an S of the forger's", "equation", { r: times(base8, 77n), s: 77n });
change("S + l", "encoding-s", { s: v.s + l });
change("S + 2l", "encoding-s", { s: v.s + 2n * l });
change("S = l", "encoding-s", { s: l });
change("S of all ones", "encoding-s", { s: wide - 1n });
change("R.x + r", "encoding-r", { r: [v.r[0] + r, v.r[1]] });
change("R.y + r", "encoding-r", { r: [v.r[0], v.r[1] + r] });
change("R of all ones", "encoding-r", { r: [wide - 1n, wide - 1n] });
change("R.y + 1", "commitment-curve", { r: [v.r[0], (v.r[1] + 1n) % r] });
change("R swapped", "commitment-curve", { r: [v.r[1], v.r[0]] });
change("R = (0, 0)", "commitment-curve", { r: [0n, 0n] });
change("R = identity", "commitment-small-order", { r: identity });
change("R of order 2", "commitment-small-order", { r: half });
for (const k of [1n, 3n]) change(`R of order 4, multiple ${k}`, "commitment-small-order", { r: times(fourth, k) });
for (const k of [1n, 3n, 5n, 7n]) change(`R of order 8, multiple ${k}`, "commitment-small-order", { r: times(eighth, k) });
{
    // The signer itself with the nonce 0: R = O, S = h·s.
    const secret = BigInt(zkKit.deriveSecretScalar(seeds[3]));
    const h = poseidon([...identity, ...v.key, v.message]);
    if (!equal(times(base8, secret), v.key)) throw new Error("the secret scalar is not the key's");
    change("the signer's own signature with nonce 0, which the circuit cannot express", "commitment-small-order", { r: identity, s: (8n * h * secret) % l }, true);
}
write("signatures.json", signatures);

// circomlibjs keeps worker threads alive.
process.exit(0);
