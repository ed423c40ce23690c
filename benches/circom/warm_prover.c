/* How long a proof takes a prover that is open: for any library with the functions of rapidsnark.
 *
 *     warm_prover KEY.zkey WITNESS.wtns PROOF.json PUBLIC.json
 *
 * opens the key, makes one proof that is not counted and three that are, prints "nanoseconds N" of the median, and writes the last.
 * With a build of rapidsnark (its libraries in LIB, its header in INCLUDE):
 *
 *     cc -O2 -c -I INCLUDE warm_prover.c && c++ warm_prover.o -o warm_prover -L LIB -lrapidsnark -lfr -lfq -lgmp -lpthread -fopenmp
 *
 * `TACIT_RAPIDSNARK_WARM` names the program to `tacit bench-circom`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "prover.h"

#define ROUNDS 4

static void fail(const char *what) {
    fprintf(stderr, "warm_prover: %s\n", what);
    exit(1);
}

static void *read_file(const char *path, unsigned long long *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(path);
    long length = ftell(file);
    if (length < 0 || fseek(file, 0, SEEK_SET)) fail(path);
    void *bytes = malloc((size_t)length + 1);
    if (!bytes || fread(bytes, 1, (size_t)length, file) != (size_t)length) fail(path);
    fclose(file);
    *size = (unsigned long long)length;
    return bytes;
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file)) fail(path);
}

static int by_size(const void *a, const void *b) {
    long long x = *(const long long *)a, y = *(const long long *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    char error[256] = "";
    unsigned long long zkey_size, wtns_size, proof_room, public_room;
    if (argc != 5) fail("usage: warm_prover KEY.zkey WITNESS.wtns PROOF.json PUBLIC.json");
    void *zkey = read_file(argv[1], &zkey_size), *wtns = read_file(argv[2], &wtns_size);
    groth16_proof_size(&proof_room);
    if (groth16_public_size_for_zkey_buf(zkey, zkey_size, &public_room, error, sizeof error) != PROVER_OK) fail(error);
    char *proof = malloc(proof_room), *public = malloc(public_room);
    void *prover;
    if (!proof || !public) fail("no memory");
    if (groth16_prover_create(&prover, zkey, zkey_size, error, sizeof error) != PROVER_OK) fail(error);

    long long taken[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        unsigned long long proof_size = proof_room, public_size = public_room;
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        int result = groth16_prover_prove(prover, wtns, wtns_size, proof, &proof_size, public, &public_size, error, sizeof error);
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (result != PROVER_OK) fail(error);
        taken[round] = (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec);
    }
    groth16_prover_destroy(prover);
    qsort(taken + 1, ROUNDS - 1, sizeof *taken, by_size);
    printf("nanoseconds %lld\n", taken[1 + (ROUNDS - 1) / 2]);
    write_file(argv[3], proof);
    write_file(argv[4], public);
    return 0;
}
