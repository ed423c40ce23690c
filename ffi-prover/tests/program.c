/*
 * A program that was written for rapidsnark, and what it may do wrong.
 *
 *   program KEY WITNESS OTHER_WITNESS VERIFICATION_KEY PROOF_OUT PUBLIC_OUT [CIRCUIT CACHE]
 *
 * Ends with 0 if every function did as its header says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tacit_prover.h"

#define MESSAGE 256

static void check(int holds, const char *what, int line)
{
    if (!holds) {
        fprintf(stderr, "line %d: %s\n", line, what);
        exit(1);
    }
}
#define CHECK(condition) check((condition), #condition, __LINE__)

static char *load(const char *path, unsigned long long *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes;
    long length;
    CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
    length = ftell(file);
    CHECK(length >= 0 && fseek(file, 0, SEEK_SET) == 0);
    bytes = malloc((size_t)length + 1);
    CHECK(bytes != NULL && fread(bytes, 1, (size_t)length, file) == (size_t)length);
    bytes[length] = 0;
    fclose(file);
    *size = (unsigned long long)length;
    return bytes;
}

static void save(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Whether a message was written and ended; it is empty again afterwards. */
static int told(char *message)
{
    int length = memchr(message, 0, MESSAGE) == NULL ? 0 : (int)strlen(message);
    message[0] = 0;
    return length > 10;
}

int main(int count, char **arguments)
{
    unsigned long long key_size, witness_size, other_size, vk_size, needed_proof, needed_public, proof_size, public_size;
    char message[MESSAGE] = "", small[9] = "........", guard;
    char *key, *witness, *other, *vk, *proof, *public, *third;
    void *prover = NULL, *second = NULL;

    CHECK(count == 7 || count == 9);
    key = load(arguments[1], &key_size);
    witness = load(arguments[2], &witness_size);
    other = load(arguments[3], &other_size);
    vk = load(arguments[4], &vk_size);

    /* As with rapidsnark: sizes, an object, a proof, its verification. */
    groth16_proof_size(&needed_proof);
    CHECK(groth16_public_size_for_zkey_buf(key, key_size, &needed_public, message, MESSAGE) == PROVER_OK);
    public_size = 0;
    CHECK(groth16_public_size_for_zkey_file(arguments[1], &public_size, message, MESSAGE) == PROVER_OK);
    CHECK(public_size == needed_public);
    CHECK((proof = malloc(needed_proof + 1)) != NULL && (public = malloc(needed_public + 1)) != NULL);
    guard = proof[needed_proof] = public[needed_public] = 'g';

    CHECK(groth16_prover_create(&prover, key, key_size, message, MESSAGE) == PROVER_OK && prover != NULL);
    proof_size = needed_proof;
    public_size = needed_public;
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, &proof_size, public, &public_size, message,
                               MESSAGE) == PROVER_OK);
    CHECK(proof_size == strlen(proof) && public_size == strlen(public) && proof_size < needed_proof);
    CHECK(proof[needed_proof] == guard && public[needed_public] == guard);
    CHECK(groth16_verify(proof, public, vk, message, MESSAGE) == VERIFIER_VALID_PROOF);
    save(arguments[5], proof);
    save(arguments[6], public);

    /* Buffers that are too small say what is needed, and stay as they are; exactly that much is enough. */
    needed_proof = proof_size + 1;
    needed_public = public_size + 1;
    strcpy(proof, "kept");
    public_size = needed_public - 1;
    proof_size = needed_proof;
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, &proof_size, public, &public_size, message,
                               MESSAGE) == PROVER_ERROR_SHORT_BUFFER);
    CHECK(told(message) && public_size == needed_public && strcmp(proof, "kept") == 0);
    proof_size = 0;
    public_size = needed_public;
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, &proof_size, public, &public_size, NULL, 0) ==
          PROVER_ERROR_SHORT_BUFFER);
    CHECK(proof_size > 500 && strcmp(proof, "kept") == 0);
    third = malloc(needed_public);
    CHECK(third != NULL);
    groth16_proof_size(&proof_size);
    public_size = needed_public;
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, &proof_size, third, &public_size, message,
                               MESSAGE) == PROVER_OK);

    /* The circuit's values and no others. */
    CHECK(groth16_verify(proof, "[\"1\"]", vk, message, MESSAGE) == VERIFIER_ERROR && told(message));
    CHECK(groth16_verify("{}", public, vk, message, MESSAGE) == VERIFIER_ERROR && told(message));
    CHECK(groth16_verify(proof, public, "nonsense", message, MESSAGE) == VERIFIER_ERROR && told(message));
    CHECK(groth16_verify(proof, NULL, vk, message, MESSAGE) == VERIFIER_ERROR && told(message));
    strcpy(third, public);
    *strpbrk(third, "0123456789") = third[strcspn(third, "0123456789")] == '1' ? '2' : '1';
    CHECK(groth16_verify(proof, third, vk, message, MESSAGE) == VERIFIER_INVALID_PROOF);

    /* Witnesses of another circuit, cut off, and false. */
    groth16_proof_size(&proof_size);
    public_size = needed_public;
    CHECK(groth16_prover_prove(prover, other, other_size, proof, &proof_size, public, &public_size, message,
                               MESSAGE) == PROVER_INVALID_WITNESS_LENGTH && told(message));
    CHECK(groth16_prover_prove(prover, witness, witness_size - 1, proof, &proof_size, public, &public_size, message,
                               MESSAGE) == PROVER_ERROR && told(message));
    witness[witness_size - 32] ^= 1;
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, &proof_size, public, &public_size, message,
                               MESSAGE) == PROVER_ERROR && told(message));
    witness[witness_size - 32] ^= 1;

    /* Nothing is believed about pointers that are null. */
    CHECK(groth16_prover_prove(NULL, witness, witness_size, proof, &proof_size, public, &public_size, message,
                               MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_prover_prove(prover, NULL, 9, proof, &proof_size, public, &public_size, message, MESSAGE) ==
              PROVER_ERROR && told(message));
    CHECK(groth16_prover_prove(prover, witness, witness_size, NULL, &proof_size, public, &public_size, message,
                               MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, NULL, public, &public_size, message, MESSAGE) ==
              PROVER_ERROR && told(message));
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, &proof_size, NULL, &public_size, message,
                               MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_prover_prove(prover, witness, witness_size, proof, &proof_size, public, NULL, message, MESSAGE) ==
              PROVER_ERROR && told(message));
    CHECK(groth16_prover_create(NULL, key, key_size, message, MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_prover_create(&second, NULL, key_size, message, MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_prover_create(&second, key, ~0ULL, message, MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_prover_create_zkey_file(&second, NULL, message, MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_prover_create_zkey_file(&second, "absent", message, MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_public_size_for_zkey_buf(key, key_size, NULL, message, MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_public_size_for_zkey_buf(key, 100, &public_size, message, MESSAGE) == PROVER_ERROR && told(message));
    CHECK(groth16_public_size_for_zkey_file("absent", &public_size, message, MESSAGE) == PROVER_ERROR &&
          told(message));
    CHECK(tacit_prover_create(&second, arguments[1], "absent", NULL, 16, message, MESSAGE) == PROVER_ERROR &&
          told(message));
    groth16_proof_size(NULL);
    groth16_prover_destroy(NULL);
    CHECK(second == NULL);

    /* A key that is none, and a message that is cut. */
    key[key_size / 2] ^= 1;
    CHECK(groth16_prover_create(&second, key, key_size, small, 5) == PROVER_ERROR && second == NULL);
    CHECK(strlen(small) == 4 && strcmp(small + 5, "...") == 0);
    CHECK(groth16_prover_create(&second, key, key_size, small, 0) == PROVER_ERROR);
    key[key_size / 2] ^= 1;

    /* In one. */
    groth16_proof_size(&proof_size);
    public_size = needed_public;
    CHECK(groth16_prover(key, key_size, witness, witness_size, proof, &proof_size, public, &public_size, message,
                         MESSAGE) == PROVER_OK);
    CHECK(groth16_verify(proof, public, vk, message, MESSAGE) == VERIFIER_VALID_PROOF);
    groth16_proof_size(&proof_size);
    public_size = needed_public;
    CHECK(groth16_prover_zkey_file(arguments[1], witness, witness_size, proof, &proof_size, public, &public_size,
                                   message, MESSAGE) == PROVER_OK);
    CHECK(groth16_verify(proof, public, vk, message, MESSAGE) == VERIFIER_VALID_PROOF);
    CHECK(groth16_prover_zkey_file("absent", witness, witness_size, proof, &proof_size, public, &public_size, message,
                                   MESSAGE) == PROVER_ERROR && told(message));

    /* With the circuit: the constraint is named. */
    if (count == 9) {
        CHECK(tacit_prover_create(&second, arguments[1], arguments[7], arguments[8], 16, message, MESSAGE) ==
              PROVER_OK);
        groth16_proof_size(&proof_size);
        public_size = needed_public;
        CHECK(groth16_prover_prove(second, witness, witness_size, proof, &proof_size, public, &public_size, message,
                                   MESSAGE) == PROVER_OK);
        CHECK(groth16_verify(proof, public, vk, message, MESSAGE) == VERIFIER_VALID_PROOF);
        witness[witness_size - 32] ^= 1;
        CHECK(groth16_prover_prove(second, witness, witness_size, proof, &proof_size, public, &public_size, message,
                                   MESSAGE) == PROVER_ERROR);
        CHECK(strstr(message, "constraint") != NULL);
        groth16_prover_destroy(second);
    }
    groth16_prover_destroy(prover);
    free(key);
    free(witness);
    free(other);
    free(vk);
    free(proof);
    free(public);
    free(third);
    return 0;
}
