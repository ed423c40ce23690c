pragma circom 2.1.6;

include "circomlib/circuits/comparators.circom";
include "circomlib/circuits/poseidon.circom";

// An adult of a group, which is a tree of two levels: some hundreds of constraints, two public inputs, an output.
template Member() {
    signal input root;
    signal input latest;
    signal input secret;
    signal input birth;
    signal input siblings[2];
    signal input place[2];
    signal output pseudonym;

    component born = LessEqThan(18);
    born.in[0] <== birth;
    born.in[1] <== latest;
    born.out === 1;
    component hashes[3];
    hashes[0] = Poseidon(2);
    hashes[0].inputs[0] <== secret;
    hashes[0].inputs[1] <== birth;
    signal left[2];
    for (var i = 0; i < 2; i++) {
        place[i] * (place[i] - 1) === 0;
        left[i] <== hashes[i].out + place[i] * (siblings[i] - hashes[i].out);
        hashes[i + 1] = Poseidon(2);
        hashes[i + 1].inputs[0] <== left[i];
        hashes[i + 1].inputs[1] <== hashes[i].out + siblings[i] - left[i];
    }
    hashes[2].out === root;
    component own = Poseidon(1);
    own.inputs[0] <== secret;
    pseudonym <== own.out;
}

component main {public [root, latest]} = Member();
