// Writes attributes.json: credentials whose encoding, attribute hash and signature are computed without any of our own code,
// by circomlibjs, @zk-kit/eddsa-poseidon and Node's SHA-256. Run after `npm ci`: node attributes.mjs
//
// The order of the five inputs of the attribute hash and the offsets of the packed element are written out here a second time,
// on purpose: a change on either side is noticed.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { buildPoseidon } from "circomlibjs";

// The package's ES modules import a CommonJS package by name, which Node refuses; its CommonJS build loads.
const { derivePublicKey, signMessage } = createRequire(import.meta.url)("@zk-kit/eddsa-poseidon");

const r = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const circomPoseidon = await buildPoseidon();
const poseidon = (inputs) => circomPoseidon.F.toObject(circomPoseidon(inputs));

const u64 = (n) => {
    const b = Buffer.alloc(8);
    b.writeBigUInt64BE(BigInt(n));
    return b;
};
const sha256 = (dst, parts) => {
    const hash = createHash("sha256");
    hash.update(u64(Buffer.byteLength(dst))).update(dst).update(u64(parts.length));
    for (const part of parts) hash.update(u64(part.length)).update(part);
    return hash.digest();
};
const integer = (bytes) => BigInt("0x" + Buffer.from(bytes).toString("hex"));
const hashToField = (dst, parts) => integer(sha256(dst, parts)) % r;
const days = (text) => BigInt((Date.parse(text) - Date.parse("1900-01-01")) / 86400000);
// A long-term ID has the largest date of 17 bits.
const expiryDays = (text) => (text === "long-term" ? (1n << 17n) - 1n : days(text));
// 32 bytes, little-endian, as hexadecimal digits.
const hex = (x) => Buffer.from(x.toString(16).padStart(64, "0"), "hex").reverse().toString("hex");

const cases = [
    {
        holderSecret: 123456789n,
        seed: "00".repeat(31) + "01",
        issuer: "guangzhou",
        number: "11010519491231002X",
        name: "王伟",
        birth: "1949-12-31",
        expiry: "2030-02-28",
        region: "440106",
        sex: "female",
        index: 1234567n,
        extras: [],
    },
    {
        // Every slot at the top of its range.
        holderSecret: r - 1n,
        seed: "ff".repeat(32),
        issuer: "macao",
        number: "820000225811119997",
        name: "Zoë 李",
        birth: "2258-11-11",
        expiry: "long-term",
        region: "829999",
        sex: "male",
        index: 66060287n,
        extras: [
            { label: "portrait", value_hex: "ffd8ffe000104a464946", salt: "a5".repeat(32) },
            { label: "address", value_hex: Buffer.from("澳门").toString("hex"), salt: "5a".repeat(32) },
        ],
    },
    {
        // Every slot at the bottom.
        holderSecret: 1n,
        seed: "0123456789abcdef".repeat(4),
        issuer: "beijing",
        number: "110000190001010012",
        name: "A",
        birth: "1900-01-01",
        expiry: "1900-01-01",
        region: "110000",
        sex: "male",
        index: 0n,
        extras: [{ label: "portrait", value_hex: "00", salt: "00".repeat(32) }],
    },
];

const vectors = cases.map((c) => {
    const holderKey = poseidon([c.holderSecret]);
    const number = integer(Buffer.from(c.number, "ascii"));
    const name = hashToField("tacit/name/v1", [Buffer.from(c.name.normalize("NFC"))]);
    const sex = { male: 1n, female: 2n }[c.sex];
    const packed =
        days(c.birth) + (expiryDays(c.expiry) << 20n) + (BigInt(c.region) << 40n) + (sex << 64n) + (c.index << 68n);
    const digests = c.extras.map((e) =>
        sha256("tacit/extra/v1", [Buffer.from(e.salt, "hex"), Buffer.from(e.label), Buffer.from(e.value_hex, "hex")]),
    );
    const extras = hashToField("tacit/extras/v1", [Buffer.from([digests.length]), ...digests]);
    const hash = poseidon([holderKey, number, name, packed, extras]);
    const seed = Buffer.from(c.seed, "hex");
    const key = derivePublicKey(seed);
    const signature = signMessage(seed, hash);
    return {
        seed: c.seed,
        number: number.toString(),
        name: name.toString(),
        packed: packed.toString(),
        extras: extras.toString(),
        hash: hash.toString(),
        credential: {
            attributes: {
                holder_key: hex(holderKey),
                number: c.number,
                name: c.name,
                birth: c.birth,
                expiry: c.expiry,
                region: c.region,
                sex: c.sex,
                index: Number(c.index),
                extras: c.extras,
            },
            issuer: c.issuer,
            issuer_key: { x: hex(key[0]), y: hex(key[1]) },
            signature: { rx: hex(signature.R8[0]), ry: hex(signature.R8[1]), s: hex(signature.S) },
        },
    };
});

writeFileSync(new URL("attributes.json", import.meta.url), JSON.stringify(vectors, null, 2) + "\n");
