// Compiles the circuit for some numbers of residents and calculates a witness for each:
//
//   npm ci && node prepare.mjs OUT 1 4 18
//
// writes OUT/residents-1.r1cs, OUT/residents-1.wtns and so on; a circuit that is there already is not made again.
// The residents are made up, from a counter.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildEddsa, buildPoseidon } from "circomlibjs";
import * as snarkjs from "snarkjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const [out, ...counts] = process.argv.slice(2);
if (!out || counts.length === 0 || !counts.every((count) => /^[1-9][0-9]*$/.test(count))) {
    throw new Error("usage: node prepare.mjs OUT COUNT..");
}

const hasher = await buildPoseidon();
const eddsa = await buildEddsa();
const poseidon = (...inputs) => hasher.F.toObject(hasher(inputs));
const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
let counter = 0;
const bytes = () => createHash("sha256").update(`tacit residents ${counter++}`).digest();
const element = () => BigInt("0x" + bytes().toString("hex")) % r;
const holderKey = (secret) => poseidon(...eddsa.babyJub.mulPointEscalar(eddsa.babyJub.Base8, secret).map((c) => eddsa.F.toObject(c)));
const ISSUERS = 9;
const STATUS = 18;

/** A tree in which the leaves that are not given are zero: its root, and the nodes beside a leaf's path. */
function tree(depth, leaves) {
    const zeros = [0n];
    const levels = [leaves];
    for (let level = 0; level < depth; level++) {
        const at = (index) => levels[level].get(index) ?? zeros[level];
        const above = new Map();
        for (const index of levels[level].keys()) {
            const parent = index >> 1;
            if (!above.has(parent)) above.set(parent, poseidon(at(2 * parent), at(2 * parent + 1)));
        }
        levels.push(above);
        zeros.push(poseidon(zeros[level], zeros[level]));
    }
    const siblings = (index) =>
        Array.from({ length: depth }, (_, level) => levels[level].get((index >> level) ^ 1) ?? zeros[level]);
    return { root: levels[depth].get(0), siblings };
}

function input(count) {
    const key = bytes();
    const [Ax, Ay] = eddsa.prv2pub(key).map((c) => eddsa.F.toObject(c));
    const residents = Array.from({ length: count }, (_, i) => ({
        secret: element() >> 4n,
        number: element(),
        name: element(),
        birth: BigInt(30000 + 17 * i),
        expiry: BigInt(60000 + i),
        region: BigInt(440305 + (i % 7)),
        sex: BigInt(i % 2),
        revocation: ((7919 * (i + 1)) % (1 << STATUS)) * 256 + ((13 * i) % 252),
        salt: element(),
        extras: element(),
    }));
    const words = new Map(residents.map(({ revocation }) => [revocation >> 8, 2n ** 251n - 1n]));
    for (const { revocation } of residents) {
        const word = words.get(revocation >> 8);
        words.set(revocation >> 8, word & ~(1n << BigInt(revocation & 255)));
    }
    const status = tree(STATUS, words);
    const issuer = 5;
    const trust = tree(ISSUERS, new Map([[issuer, poseidon(Ax, Ay, status.root)], [77, element()]]));
    for (const one of residents) {
        const packed = one.birth + 2n ** 18n * one.expiry + 2n ** 36n * one.region + 2n ** 56n * one.sex
            + 2n ** 57n * BigInt(one.revocation);
        const message = hasher([holderKey(one.secret), one.number, one.name, packed, poseidon(one.salt, one.extras)]);
        const signature = eddsa.signPoseidon(key, message);
        [one.R8x, one.R8y] = signature.R8.map((c) => eddsa.F.toObject(c));
        one.S = signature.S;
        one.statusWord = words.get(one.revocation >> 8);
        one.statusSiblings = status.siblings(one.revocation >> 8);
    }
    const all = Object.fromEntries(Object.keys(residents[0]).map((name) => [name, residents.map((one) => one[name])]));
    return {
        ...all,
        Ax,
        Ay,
        issuer,
        issuerSiblings: trust.siblings(issuer),
        trustRoot: trust.root,
        scope: element(),
        challenge: element(),
        today: 46000,
        bornFrom: 0,
        bornTo: 39000,
        regionFrom: 440300,
        regionTo: 440399,
        provinces: 2n ** 44n + 2n ** 43n,
        discloseNumber: 0,
        discloseName: 1,
        discloseExtras: 0,
    };
}

const folder = path.resolve(out);
fs.mkdirSync(folder, { recursive: true });
process.chdir(here);
for (const count of counts.map(Number)) {
    const file = (extension) => path.join(folder, `residents-${count}.${extension}`);
    if (fs.existsSync(file("r1cs")) && fs.existsSync(file("wtns"))) continue;
    // The compiler sees nothing outside of the folder that it runs in.
    const work = fs.mkdtempSync("work-");
    const name = `residents-${count}`;
    const source = path.join(work, `${name}.circom`);
    const main = `pragma circom 2.1.6;\ninclude "resident_id.circom";\ncomponent main = Residents(${count});\n`;
    fs.writeFileSync(source, main);
    console.log(`compiling ${name}`);
    execFileSync(
        path.join("node_modules", ".bin", "circom2"),
        [source, "--r1cs", "--wasm", "--O2", "-l", ".", "-l", "node_modules", "-o", work],
        { stdio: ["ignore", "ignore", "inherit"] },
    );
    await snarkjs.wtns.calculate(input(count), path.join(work, `${name}_js`, `${name}.wasm`), file("wtns"));
    // Last: it says that the circuit is done.
    fs.copyFileSync(path.join(work, `${name}.r1cs`), file("r1cs"));
    fs.rmSync(work, { recursive: true });
}
process.exit(0);
