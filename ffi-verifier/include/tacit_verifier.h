/*
 * Verifying Tacit presentations from C: link -ltacit_verifier_c.
 *
 * Most functions return TACIT_OK, TACIT_REFUSED or TACIT_INTERNAL, and hand over an answer: a null-terminated line of
 * JSON (UTF-8), freed with tacit_text_free, in every case. *answer is NULL if memory ran out; the argument may be NULL
 * if nobody wants it. What is refused is
 *
 *   {"error": {"code": "challenge-used", "message": "the challenge was answered before; ..."}}
 *
 * Codes are stable, words are not. Both are for your log: whoever sent a presentation is told "not accepted" and no more.
 *
 * Texts and bytes that go in are a pointer and a size; they need be valid during the call alone, and no null ends them.
 * Keys and challenges are hexadecimal digits in JSON. One verifier may serve any number of threads.
 */
#ifndef TACIT_VERIFIER_H
#define TACIT_VERIFIER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TACIT_OK       0
/* What was asked for does not hold, or an argument is not what it should be: the answer says which. */
#define TACIT_REFUSED  1
/* A fault of the library; nothing was accepted. */
#define TACIT_INTERNAL 2

typedef struct tacit_verifier tacit_verifier;

/*
 * Makes a verifier of its configuration:
 *
 *   {"verifier_key": "64 digits",       your own public key, see tacit_verifier_key
 *    "operators": ["64 digits"],        the trust operators whose lists count
 *    "keys": ["728 digits"],            verifying keys, the bytes of their files; requests are made for the last
 *    "certificate": {...},              the operator's word on who you are; may be left out
 *    "accept_development_keys": false,  true while you are trying things out, and never in production
 *    "newest_epoch_seen": 7,            the newest list that an earlier run used; may be left out
 *    "grace_seconds": 0,                for how long a newer list leaves older requests open
 *    "challenges": "verifier",          who remembers open challenges: "verifier", in memory, or "caller"
 *    "now": 1795579200}                 the time; left out where there is a system clock
 *
 * The answer is {}.
 */
int tacit_verifier_create(const uint8_t *config, size_t config_size, tacit_verifier **verifier, char **answer);

/* Frees a verifier, which no other call may use any more. NULL is allowed. */
void tacit_verifier_destroy(tacit_verifier *verifier);

/* Sets the time, in seconds since 1970-01-01 UTC; 0 goes back to the system's. The answer is {}. */
int tacit_verifier_set_clock(const tacit_verifier *verifier, uint64_t now, char **answer);

/*
 * Takes a trust list (the operator's JSON) into use. Do so whenever the operator publishes one; the same list again does no
 * harm. The answer is {"epoch": 7}.
 */
int tacit_verifier_add_trust_list(const tacit_verifier *verifier, const uint8_t *list, size_t list_size, char **answer);

/*
 * Makes a request and remembers its challenge as open. The ask is
 *
 *   {"policy": {"minimum_age": 18}, "endpoint": "https://hotel.example/tacit", "lifetime_seconds": 300}
 *
 * signing_key is the 32 bytes of your secret key, random 32 bytes of a cryptographic generator that serve this call
 * alone, or NULL for the system's. The answer is the request: send it to the wallet as it is, and keep it with the guest's
 * session.
 */
int tacit_verifier_request(const tacit_verifier *verifier, const uint8_t *ask, size_t ask_size,
                           const uint8_t *signing_key, const uint8_t *random, char **answer);

/*
 * Takes a request of your own back as open, which another process made, or this one before it was started again. You
 * vouch that it was not answered. The answer is {}.
 */
int tacit_verifier_resume(const tacit_verifier *verifier, const uint8_t *request, size_t request_size, char **answer);

/*
 * Checks a presentation (compact or JSON, as the wallet sent it) against the request that it answers, and closes the
 * challenge: the same answer is not accepted again. A refusal leaves it open. If it is accepted, the answer is
 *
 *   {"policy": {...}, "date": "2026-11-25", "disclosed": {"name": "..."}, "pseudonym": "64 digits", "epoch": 7,
 *    "challenge": "64 digits", "verified_at": 1795579200, "development_key": false}
 *
 * where disclosed has what the policy asked for, and pseudonym is there if it asked for one.
 */
int tacit_verifier_verify(const tacit_verifier *verifier, const uint8_t *request, size_t request_size,
                          const uint8_t *presentation, size_t presentation_size, char **answer);

/*
 * For a verifier whose caller remembers challenges: checks everything but the challenge. The answer is as above, and worth
 * nothing until your database has closed its challenge, in one step, and said that it had been open, as in
 *
 *   UPDATE challenges SET used_at = now WHERE challenge = ? AND used_at IS NULL AND expires_at > now
 *
 * with one changed row.
 */
int tacit_verifier_check(const tacit_verifier *verifier, const uint8_t *request, size_t request_size,
                         const uint8_t *presentation, size_t presentation_size, char **answer);

/* One presentation of a batch, and the request that it answers. */
typedef struct {
    const uint8_t *request;
    size_t request_size;
    const uint8_t *presentation;
    size_t presentation_size;
} tacit_presentation;

/*
 * Verifies many, faster than one by one, and closes the challenges of those that are accepted. The answer is a list in
 * their order of {"accepted": {...}}, as above, and {"error": {...}}; TACIT_OK says no more than that there is one.
 */
int tacit_verifier_verify_batch(const tacit_verifier *verifier, const tacit_presentation *presentations, size_t count,
                                char **answer);

/* The same for a verifier whose caller remembers challenges; of each that is accepted, as with tacit_verifier_check. */
int tacit_verifier_check_batch(const tacit_verifier *verifier, const tacit_presentation *presentations, size_t count,
                               char **answer);

/* What to remember of a request: {"challenge": "64 digits", "expires_at": 1795579500}. */
int tacit_request_challenge(const uint8_t *request, size_t request_size, char **answer);

/* The public half of a signing key of 32 bytes: {"verifier_key": "64 digits"}. */
int tacit_verifier_key(const uint8_t *signing_key, char **answer);

/* Frees an answer. NULL is allowed. */
void tacit_text_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
