/*
 * The Groth16 prover and verifier of Tacit for circom's files, BN254.
 *
 * The functions groth16_* have the names, arguments and return codes of rapidsnark's prover.h and verifier.h: a program
 * that uses those includes this header instead and links libtacit_prover_c. What differs:
 *
 * - A prover object keeps what depends on the key alone, and a file of it in the folder that TACIT_CACHE names (empty:
 *   none), else tacit/groth16 in the user's cache folder. The first object for a key takes seconds, later ones
 *   milliseconds. The folder must be yours alone.
 * - Every point of a key is checked before it is used for the first time.
 * - A witness that does not satisfy the circuit is an error; no proof that does not hold is given out.
 * - One prover object may be used by several threads at once.
 * - JSON is valid for any size of buffer that groth16_proof_size and groth16_public_size_for_zkey_* ask for.
 *
 * Error messages are null-terminated UTF-8, cut to error_msg_maxsize; error_msg may be NULL. A NULL pointer where
 * something is needed is an error, and a call that fails leaves no object behind. Nothing is ever written beyond the
 * sizes that are given. Buffers need be valid during the call alone.
 */
#ifndef TACIT_PROVER_H
#define TACIT_PROVER_H

#ifdef __cplusplus
extern "C" {
#endif

#define PROVER_OK                     0x0
#define PROVER_ERROR                  0x1
#define PROVER_ERROR_SHORT_BUFFER     0x2
#define PROVER_INVALID_WITNESS_LENGTH 0x3

#define VERIFIER_VALID_PROOF          0x0
#define VERIFIER_INVALID_PROOF        0x1
#define VERIFIER_ERROR                0x2

/* The size of a buffer for the public values of a key's circuit, as JSON. */
int groth16_public_size_for_zkey_buf(
    const void          *zkey_buffer,
    unsigned long long   zkey_size,
    unsigned long long  *public_size,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

/* The same for a file. */
int groth16_public_size_for_zkey_file(
    const char          *zkey_fname,
    unsigned long long  *public_size,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

/* The size of a buffer for a proof, as JSON. */
void groth16_proof_size(unsigned long long *proof_size);

/* Makes a prover object for a .zkey in memory. */
int groth16_prover_create(
    void               **prover_object,
    const void          *zkey_buffer,
    unsigned long long   zkey_size,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

/* The same for a file. */
int groth16_prover_create_zkey_file(
    void               **prover_object,
    const char          *zkey_file_path,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

/*
 * Proves a .wtns in memory. proof_size and public_size hold the sizes of the buffers before the call. Afterwards they
 * hold the bytes written without the null that ends them or, with PROVER_ERROR_SHORT_BUFFER, the bytes that are needed
 * with it; nothing is written then.
 */
int groth16_prover_prove(
    void                *prover_object,
    const void          *wtns_buffer,
    unsigned long long   wtns_size,
    char                *proof_buffer,
    unsigned long long  *proof_size,
    char                *public_buffer,
    unsigned long long  *public_size,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

/* Frees a prover object, which no other call may use any more. NULL is allowed. */
void groth16_prover_destroy(void *prover_object);

/* Create, prove and destroy in one. */
int groth16_prover(
    const void          *zkey_buffer,
    unsigned long long   zkey_size,
    const void          *wtns_buffer,
    unsigned long long   wtns_size,
    char                *proof_buffer,
    unsigned long long  *proof_size,
    char                *public_buffer,
    unsigned long long  *public_size,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

/* The same for a file. */
int groth16_prover_zkey_file(
    const char          *zkey_file_path,
    const void          *wtns_buffer,
    unsigned long long   wtns_size,
    char                *proof_buffer,
    unsigned long long  *proof_size,
    char                *public_buffer,
    unsigned long long  *public_size,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

/*
 * Verifies a proof: null-terminated JSON, as snarkjs and rapidsnark write it. VERIFIER_ERROR if it cannot be said, as
 * something is not what it should be.
 */
int groth16_verify(
    const char          *proof,
    const char          *inputs,
    const char          *verification_key,
    char                *error_msg,
    unsigned long        error_msg_maxsize);

/*
 * Beyond rapidsnark: a prover object with the circuit (.r1cs) beside the key, if r1cs_path is not NULL, which makes
 * proofs faster and names the constraint that a false witness breaks; with tables in cache_folder, or in memory alone
 * if that is NULL; and with tables of at most memory_mib MiB, or the default if that is 0.
 */
int tacit_prover_create(
    void               **prover_object,
    const char          *zkey_path,
    const char          *r1cs_path,
    const char          *cache_folder,
    unsigned long long   memory_mib,
    char                *error_msg,
    unsigned long long   error_msg_maxsize);

#ifdef __cplusplus
}
#endif

#endif
