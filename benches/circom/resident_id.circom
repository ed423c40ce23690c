pragma circom 2.1.6;

include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/eddsaposeidon.circom";
include "circomlib/circuits/poseidon.circom";

// The job of a digital ID, on circomlib alone: what a team that knows circom would write. One resident shows that
// an issuer of the trust list signed the ID, that it is neither revoked nor expired, that the holder's birth date
// and residence are what was asked for, and a pseudonym; the one public value is a digest of what both sides know.

// The entry of a table that stands at an index, which is given in bits, least significant first.
template Select(bits) {
    signal input table[1 << bits];
    signal input index[bits];
    signal output out;

    signal level[bits + 1][1 << bits];
    for (var i = 0; i < 1 << bits; i++) {
        level[0][i] <== table[i];
    }
    for (var b = 0; b < bits; b++) {
        for (var i = 0; i < 1 << bits; i++) {
            if (i < 1 << (bits - b - 1)) {
                level[b + 1][i] <== level[b][2 * i] + index[b] * (level[b][2 * i + 1] - level[b][2 * i]);
            } else {
                level[b + 1][i] <== 0;
            }
        }
    }
    out <== level[bits][0];
}

// The root of a tree of Poseidon hashes over a leaf, its place in bits and the nodes beside its path.
template MerkleRoot(depth) {
    signal input leaf;
    signal input place[depth];
    signal input siblings[depth];
    signal output root;

    signal nodes[depth + 1];
    signal left[depth];
    component hashes[depth];
    nodes[0] <== leaf;
    for (var i = 0; i < depth; i++) {
        left[i] <== nodes[i] + place[i] * (siblings[i] - nodes[i]);
        hashes[i] = Poseidon(2);
        hashes[i].inputs[0] <== left[i];
        hashes[i].inputs[1] <== nodes[i] + siblings[i] - left[i];
        nodes[i + 1] <== hashes[i].out;
    }
    root <== nodes[depth];
}

// least <= value <= most, for numbers that are known to have so many bits; the bounds are checked to have them.
template Between(bits) {
    signal input least;
    signal input value;
    signal input most;

    component leastBits = Num2Bits(bits);
    leastBits.in <== least;
    component mostBits = Num2Bits(bits);
    mostBits.in <== most;
    component above = LessEqThan(bits);
    above.in[0] <== least;
    above.in[1] <== value;
    above.out === 1;
    component below = LessEqThan(bits);
    below.in[0] <== value;
    below.in[1] <== most;
    below.out === 1;
}

template ResidentId(issuersDepth, statusDepth) {
    // What the holder has. Dates are days, the region a code of six digits.
    signal input secret;
    signal input number;
    signal input name;
    signal input birth;
    signal input expiry;
    signal input region;
    signal input sex;
    signal input revocation;
    signal input salt;
    signal input extras;
    // The issuer's key and signature.
    signal input Ax;
    signal input Ay;
    signal input R8x;
    signal input R8y;
    signal input S;
    // Where the issuer stands in the trust list, and the ID in the issuer's status tree.
    signal input issuer;
    signal input issuerSiblings[issuersDepth];
    signal input statusWord;
    signal input statusSiblings[statusDepth];
    // What the verifier asked for.
    signal input trustRoot;
    signal input scope;
    signal input challenge;
    signal input today;
    signal input bornFrom;
    signal input bornTo;
    signal input regionFrom;
    signal input regionTo;
    signal input provinces;
    signal input discloseNumber;
    signal input discloseName;
    signal input discloseExtras;

    signal output digest;

    // Issued: a signature over the attributes, the key of whoever holds the secret among them.
    component birthBits = Num2Bits(18);
    birthBits.in <== birth;
    component expiryBits = Num2Bits(18);
    expiryBits.in <== expiry;
    component regionBits = Num2Bits(20);
    regionBits.in <== region;
    sex * (sex - 1) === 0;
    component revocationBits = Num2Bits(8 + statusDepth);
    revocationBits.in <== revocation;

    // Not constrained: that the secret is below the order of the subgroup. So a holder key has several secrets, each with pseudonyms
    // of its own: this circuit is there to be measured, not to be used.
    component holder = BabyPbk();
    holder.in <== secret;
    component holderKey = Poseidon(2);
    holderKey.inputs[0] <== holder.Ax;
    holderKey.inputs[1] <== holder.Ay;
    component message = Poseidon(5);
    message.inputs[0] <== holderKey.out;
    message.inputs[1] <== number;
    message.inputs[2] <== name;
    message.inputs[3] <== birth + (1 << 18) * expiry + (1 << 36) * region + (1 << 56) * sex + (1 << 57) * revocation;
    component salted = Poseidon(2);
    salted.inputs[0] <== salt;
    salted.inputs[1] <== extras;
    message.inputs[4] <== salted.out;
    component signature = EdDSAPoseidonVerifier();
    signature.enabled <== 1;
    signature.Ax <== Ax;
    signature.Ay <== Ay;
    signature.R8x <== R8x;
    signature.R8y <== R8y;
    signature.S <== S;
    signature.M <== message.out;

    // Not revoked: the ID's bit in its word of 252 bits is 0.
    component wordBits = Num2Bits(252);
    wordBits.in <== statusWord;
    component inWord = LessThan(8);
    component bit = Select(8);
    component status = MerkleRoot(statusDepth);
    var low = 0;
    for (var i = 0; i < 8; i++) {
        low += (1 << i) * revocationBits.out[i];
        bit.index[i] <== revocationBits.out[i];
    }
    inWord.in[0] <== low;
    inWord.in[1] <== 252;
    inWord.out === 1;
    for (var i = 0; i < 256; i++) {
        if (i < 252) {
            bit.table[i] <== wordBits.out[i];
        } else {
            bit.table[i] <== 1;
        }
    }
    bit.out === 0;
    status.leaf <== statusWord;
    for (var i = 0; i < statusDepth; i++) {
        status.place[i] <== revocationBits.out[8 + i];
        status.siblings[i] <== statusSiblings[i];
    }

    // By a trusted issuer, not named.
    component issuerLeaf = Poseidon(3);
    issuerLeaf.inputs[0] <== Ax;
    issuerLeaf.inputs[1] <== Ay;
    issuerLeaf.inputs[2] <== status.root;
    component issuerBits = Num2Bits(issuersDepth);
    issuerBits.in <== issuer;
    component trust = MerkleRoot(issuersDepth);
    trust.leaf <== issuerLeaf.out;
    for (var i = 0; i < issuersDepth; i++) {
        trust.place[i] <== issuerBits.out[i];
        trust.siblings[i] <== issuerSiblings[i];
    }
    trust.root === trustRoot;

    // Born between, still valid, resident of the range and of one of the provinces, which are the first two digits.
    component born = Between(18);
    born.least <== bornFrom;
    born.value <== birth;
    born.most <== bornTo;
    component valid = Between(18);
    valid.least <== today;
    valid.value <== expiry;
    valid.most <== (1 << 18) - 1;
    component resides = Between(20);
    resides.least <== regionFrom;
    resides.value <== region;
    resides.most <== regionTo;
    signal province <-- region \ 10000;
    signal rest <-- region % 10000;
    region === 10000 * province + rest;
    component restBits = Num2Bits(14);
    restBits.in <== rest;
    component restBelow = LessThan(14);
    restBelow.in[0] <== rest;
    restBelow.in[1] <== 10000;
    restBelow.out === 1;
    component provinceBits = Num2Bits(7);
    provinceBits.in <== province;
    component provincesBits = Num2Bits(128);
    provincesBits.in <== provinces;
    component allowed = Select(7);
    for (var i = 0; i < 128; i++) {
        allowed.table[i] <== provincesBits.out[i];
    }
    for (var i = 0; i < 7; i++) {
        allowed.index[i] <== provinceBits.out[i];
    }
    allowed.out === 1;

    // Disclosed on purpose, one pseudonym per scope, for this request only.
    discloseNumber * (discloseNumber - 1) === 0;
    discloseName * (discloseName - 1) === 0;
    discloseExtras * (discloseExtras - 1) === 0;
    component pseudonym = Poseidon(2);
    pseudonym.inputs[0] <== secret;
    pseudonym.inputs[1] <== scope;
    component all = Poseidon(10);
    all.inputs[0] <== trustRoot;
    all.inputs[1] <== scope;
    all.inputs[2] <== pseudonym.out;
    all.inputs[3] <== challenge;
    all.inputs[4] <== today + (1 << 18) * bornFrom + (1 << 36) * bornTo;
    all.inputs[5] <== regionFrom + (1 << 20) * regionTo + (1 << 40) * discloseNumber + (1 << 41) * discloseName
        + (1 << 42) * discloseExtras;
    all.inputs[6] <== provinces;
    all.inputs[7] <== discloseNumber * number;
    all.inputs[8] <== discloseName * name;
    all.inputs[9] <== discloseExtras * extras;
    digest <== all.out;
}

// Several residents who check in together: the same circuit, larger.
template Residents(count) {
    var ISSUERS = 9;
    var STATUS = 18;
    signal input secret[count];
    signal input number[count];
    signal input name[count];
    signal input birth[count];
    signal input expiry[count];
    signal input region[count];
    signal input sex[count];
    signal input revocation[count];
    signal input salt[count];
    signal input extras[count];
    signal input R8x[count];
    signal input R8y[count];
    signal input S[count];
    signal input statusWord[count];
    signal input statusSiblings[count][STATUS];
    signal input Ax;
    signal input Ay;
    signal input issuer;
    signal input issuerSiblings[ISSUERS];
    signal input trustRoot;
    signal input scope;
    signal input challenge;
    signal input today;
    signal input bornFrom;
    signal input bornTo;
    signal input regionFrom;
    signal input regionTo;
    signal input provinces;
    signal input discloseNumber;
    signal input discloseName;
    signal input discloseExtras;
    signal output digest[count];

    component one[count];
    for (var i = 0; i < count; i++) {
        one[i] = ResidentId(ISSUERS, STATUS);
        one[i].secret <== secret[i];
        one[i].number <== number[i];
        one[i].name <== name[i];
        one[i].birth <== birth[i];
        one[i].expiry <== expiry[i];
        one[i].region <== region[i];
        one[i].sex <== sex[i];
        one[i].revocation <== revocation[i];
        one[i].salt <== salt[i];
        one[i].extras <== extras[i];
        one[i].R8x <== R8x[i];
        one[i].R8y <== R8y[i];
        one[i].S <== S[i];
        one[i].statusWord <== statusWord[i];
        for (var j = 0; j < STATUS; j++) {
            one[i].statusSiblings[j] <== statusSiblings[i][j];
        }
        for (var j = 0; j < ISSUERS; j++) {
            one[i].issuerSiblings[j] <== issuerSiblings[j];
        }
        one[i].Ax <== Ax;
        one[i].Ay <== Ay;
        one[i].issuer <== issuer;
        one[i].trustRoot <== trustRoot;
        one[i].scope <== scope;
        one[i].challenge <== challenge;
        one[i].today <== today;
        one[i].bornFrom <== bornFrom;
        one[i].bornTo <== bornTo;
        one[i].regionFrom <== regionFrom;
        one[i].regionTo <== regionTo;
        one[i].provinces <== provinces;
        one[i].discloseNumber <== discloseNumber;
        one[i].discloseName <== discloseName;
        one[i].discloseExtras <== discloseExtras;
        digest[i] <== one[i].digest;
    }
}
