/*
 * A small site in C, and what it may do wrong.
 *
 *   program CONFIG LIST REQUEST PRESENTATION TIME
 *
 * Ends with 0 if every function did as its header says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tacit_verifier.h"

static void check(int holds, const char *what, int line)
{
    if (!holds) {
        fprintf(stderr, "line %d: %s\n", line, what);
        exit(1);
    }
}
#define CHECK(condition) check((condition), #condition, __LINE__)

static uint8_t *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes;
    long length;
    CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0);
    length = ftell(file);
    CHECK(length >= 0 && fseek(file, 0, SEEK_SET) == 0);
    bytes = malloc((size_t)length + 1);
    CHECK(bytes != NULL && fread(bytes, 1, (size_t)length, file) == (size_t)length);
    fclose(file);
    *size = (size_t)length;
    return bytes;
}

static char *answer;

/* Whether the answer has this part; it is freed. */
static int says(const char *part)
{
    int found = answer != NULL && strstr(answer, part) != NULL;
    if (!found)
        fprintf(stderr, "%s\n", answer == NULL ? "no answer" : answer);
    tacit_text_free(answer);
    answer = NULL;
    return found;
}

static int refused(int code, const char *name)
{
    char part[64];
    sprintf(part, "{\"error\":{\"code\":\"%s\"", name);
    return code == TACIT_REFUSED && says(part);
}

int main(int count, char **arguments)
{
    static const char ask[] = "{\"policy\":{\"minimum_age\":18},\"endpoint\":\"desk\",\"lifetime_seconds\":60}";
    size_t config_size, list_size, request_size, presentation_size, ask_size = sizeof ask - 1, i;
    uint8_t *config, *list, *request, *presentation, key[32], random[32];
    tacit_verifier *verifier = NULL, *second = NULL;
    tacit_presentation batch[3];
    char *first;

    CHECK(count == 6);
    config = load(arguments[1], &config_size);
    list = load(arguments[2], &list_size);
    request = load(arguments[3], &request_size);
    presentation = load(arguments[4], &presentation_size);
    memset(key, 33, sizeof key);
    memset(random, 1, sizeof random);

    /* A site: a verifier, a list, a request, an answer. */
    CHECK(tacit_verifier_create(config, config_size, &verifier, &answer) == TACIT_OK && says("{}"));
    CHECK(tacit_verifier_set_clock(verifier, strtoull(arguments[5], NULL, 10), &answer) == TACIT_OK && says("{}"));
    CHECK(refused(tacit_verifier_request(verifier, (const uint8_t *)ask, ask_size, key, NULL, &answer), "no-trust-list"));
    CHECK(tacit_verifier_add_trust_list(verifier, list, list_size, &answer) == TACIT_OK && says("{\"epoch\":7}"));
    CHECK(tacit_verifier_key(key, &answer) == TACIT_OK && says("\"verifier_key\":\""));
    CHECK(tacit_verifier_request(verifier, (const uint8_t *)ask, ask_size, key, NULL, &first) == TACIT_OK);
    CHECK(tacit_verifier_request(verifier, (const uint8_t *)ask, ask_size, key, NULL, &answer) == TACIT_OK);
    CHECK(strcmp(first, answer) != 0);
    tacit_text_free(answer);
    CHECK(tacit_request_challenge((const uint8_t *)first, strlen(first), &answer) == TACIT_OK && says("\"expires_at\":"));
    /* It is open already; a random number that comes again is noticed. */
    CHECK(refused(tacit_verifier_resume(verifier, (const uint8_t *)first, strlen(first), &answer), "challenge-duplicate"));
    CHECK(tacit_verifier_request(verifier, (const uint8_t *)ask, ask_size, key, random, &answer) == TACIT_OK && says("desk"));
    CHECK(refused(tacit_verifier_request(verifier, (const uint8_t *)ask, ask_size, key, random, &answer), "challenge-duplicate"));

    CHECK(refused(tacit_verifier_verify(verifier, request, request_size, presentation, presentation_size, &answer), "challenge-unknown"));
    CHECK(tacit_verifier_resume(verifier, request, request_size, &answer) == TACIT_OK && says("{}"));
    CHECK(refused(tacit_verifier_check(verifier, request, request_size, presentation, presentation_size, &answer), "verifier-keeps-challenges"));

    /* Whatever is sent instead, cut and changed, leaves the request open. */
    for (i = 0; i < presentation_size; i += 3) {
        uint8_t *shown = malloc(presentation_size), *cut = malloc(i + 1);
        CHECK(shown != NULL && cut != NULL);
        memcpy(shown, presentation, presentation_size);
        memcpy(cut, presentation, i);
        shown[i] ^= (uint8_t)(1 << (i % 8));
        CHECK(tacit_verifier_verify(verifier, request, request_size, shown, presentation_size, &answer) == TACIT_REFUSED && says("code"));
        CHECK(tacit_verifier_verify(verifier, request, request_size, cut, i, &answer) == TACIT_REFUSED && says("code"));
        CHECK(tacit_verifier_verify(verifier, shown, presentation_size, cut, i, NULL) == TACIT_REFUSED);
        CHECK(tacit_verifier_create(cut, i, &second, &answer) == TACIT_REFUSED && says("config-json") && second == NULL);
        CHECK(tacit_verifier_add_trust_list(verifier, list, i, &answer) == TACIT_REFUSED && says("list-json"));
        free(shown);
        free(cut);
    }

    for (i = 0; i < 3; i++) {
        batch[i].request = request;
        batch[i].request_size = request_size;
        batch[i].presentation = presentation;
        batch[i].presentation_size = i == 0 ? presentation_size - 1 : presentation_size;
    }
    CHECK(refused(tacit_verifier_check_batch(verifier, batch, 3, &answer), "verifier-keeps-challenges"));
    CHECK(tacit_verifier_verify_batch(verifier, batch, 3, &answer) == TACIT_OK);
    CHECK(strncmp(answer, "[{\"error\":{\"code\":\"presentation-too-short\"", 40) == 0);
    CHECK(strstr(answer, "{\"accepted\":{\"policy\"") != NULL && says("{\"error\":{\"code\":\"challenge-used\""));
    CHECK(refused(tacit_verifier_verify(verifier, request, request_size, presentation, presentation_size, &answer), "challenge-used"));
    CHECK(tacit_verifier_verify_batch(verifier, NULL, 0, &answer) == TACIT_OK && says("[]"));

    /* Nothing is believed about pointers that are null, or sizes that cannot be. */
    CHECK(refused(tacit_verifier_create(NULL, 9, &second, &answer), "null") && second == NULL);
    CHECK(refused(tacit_verifier_create(config, config_size, NULL, &answer), "null"));
    CHECK(refused(tacit_verifier_create(config, ~(size_t)0, &second, &answer), "too-long"));
    CHECK(refused(tacit_verifier_set_clock(NULL, 1, &answer), "null"));
    CHECK(refused(tacit_verifier_add_trust_list(NULL, list, list_size, &answer), "null"));
    CHECK(refused(tacit_verifier_add_trust_list(verifier, NULL, list_size, &answer), "null"));
    CHECK(refused(tacit_verifier_request(verifier, (const uint8_t *)ask, ask_size, NULL, NULL, &answer), "null"));
    CHECK(refused(tacit_verifier_resume(verifier, NULL, 1, &answer), "null"));
    CHECK(refused(tacit_verifier_verify(verifier, NULL, 1, presentation, presentation_size, &answer), "null"));
    CHECK(refused(tacit_verifier_verify(verifier, request, request_size, NULL, 1, &answer), "null"));
    CHECK(refused(tacit_verifier_verify_batch(verifier, NULL, 2, &answer), "null"));
    CHECK(refused(tacit_verifier_verify_batch(verifier, batch, ~(size_t)0 / 2, &answer), "too-long"));
    batch[1].request = NULL;
    CHECK(refused(tacit_verifier_verify_batch(verifier, batch, 3, &answer), "null"));
    CHECK(refused(tacit_request_challenge(NULL, 0, &answer), "null"));
    CHECK(refused(tacit_verifier_key(NULL, &answer), "null"));
    CHECK(tacit_verifier_verify(NULL, request, request_size, presentation, presentation_size, NULL) == TACIT_REFUSED);
    tacit_verifier_destroy(NULL);
    tacit_text_free(NULL);

    tacit_text_free(first);
    tacit_verifier_destroy(verifier);
    free(config);
    free(list);
    free(request);
    free(presentation);
    return 0;
}
