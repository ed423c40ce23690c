/*
 * Runs tests/vectors/verifier.tsv through the library.
 *
 *   vectors FILE
 *
 * Ends with 0 if every case came out as it should, and prints how many there were.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tacit_verifier.h"

#define FIELDS 16
#define NAMES 1024

/* A text or bytes by kind and name. */
typedef struct {
    const char *kind;
    const char *name;
    unsigned char *bytes;
    size_t size;
} entry;

static entry entries[NAMES];
static size_t known;

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "%s: %s\n", name, what);
    exit(1);
}

static const entry *find(const char *kind, const char *name)
{
    size_t i;
    for (i = 0; i < known; i++)
        if (strcmp(entries[i].kind, kind) == 0 && strcmp(entries[i].name, name) == 0)
            return &entries[i];
    fail("there is no such name", name);
    return NULL;
}

/* Bytes of a size that is exactly theirs, so that a sanitizer sees the first step beyond. */
static unsigned char *exactly(const void *bytes, size_t size)
{
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        fail("no memory", "exactly");
    if (size != 0)
        memcpy(copy, bytes, size);
    return copy;
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static unsigned char *from_digits(const char *digits, size_t padding, size_t *size)
{
    size_t i, length = strcmp(digits, "-") == 0 ? 0 : strlen(digits) / 2;
    unsigned char *bytes = calloc(length + padding + 1, 1);
    if (bytes == NULL)
        fail("no memory", digits);
    for (i = 0; i < length; i++)
        bytes[i] = (unsigned char)(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
    *size = length + padding;
    return bytes;
}

static void remember(char **fields)
{
    entry *new = &entries[known++];
    if (known == NAMES)
        fail("too many names", fields[1]);
    new->kind = fields[0];
    new->name = fields[1];
    if (strcmp(fields[0], "presentation") == 0) {
        unsigned char *bytes = from_digits(fields[2], (size_t)strtoul(fields[3], NULL, 10), &new->size);
        new->bytes = exactly(bytes, new->size);
        free(bytes);
    } else {
        new->size = strlen(fields[2]);
        new->bytes = exactly(fields[2], new->size);
    }
}

/* What the last function answered; no argument of judge and good, as C does not say which argument it evaluates first. */
static char *answer;

/* The answer must be "ok", with this part in it, or this code. It is freed. */
static void judge(int code, const char *expect, const char *part, const char *name)
{
    char quoted[128];
    if (answer == NULL)
        fail("there is no answer", name);
    if (strcmp(expect, "ok") == 0) {
        if (code != TACIT_OK || (strcmp(part, "-") != 0 && strstr(answer, part) == NULL))
            fail(answer, name);
    } else {
        snprintf(quoted, sizeof quoted, "{\"error\":{\"code\":\"%s\",", expect);
        if (code != TACIT_REFUSED || strncmp(answer, quoted, strlen(quoted)) != 0)
            fail(answer, name);
    }
    tacit_text_free(answer);
    answer = NULL;
}

static void good(int code, const char *name)
{
    judge(code, "ok", "-", name);
}

/* case, name, verifier, lists, prepared at, now, what comes of it, action, arguments, part of the answer if that is "ok" */
static void run(char **f, int count)
{
    const char *name = f[1], *expect = f[6], *action = f[7], *part = f[count - 1];
    const entry *config = find("verifier", f[2]), *list, *request, *presentation;
    tacit_verifier *verifier = (tacit_verifier *)&known;
    uint64_t prepared_at = strtoull(f[4], NULL, 10), now = strtoull(f[5], NULL, 10);
    char *next;
    int code = tacit_verifier_create(config->bytes, config->size, &verifier, &answer);

    if ((code == TACIT_OK) != (verifier != NULL))
        fail("an object, or none, against the code", name);
    if (strcmp(action, "create") == 0 || code != TACIT_OK) {
        judge(code, expect, "-", name);
        tacit_verifier_destroy(verifier);
        return;
    }
    good(code, name);
    good(tacit_verifier_set_clock(verifier, prepared_at, &answer), name);
    if (strcmp(f[3], "-") != 0)
        for (next = strtok(f[3], ","); next != NULL; next = strtok(NULL, ",")) {
            list = find("list", next);
            good(tacit_verifier_add_trust_list(verifier, list->bytes, list->size, &answer), name);
        }

    if (strcmp(action, "list") == 0) {
        list = find("list", f[8]);
        good(tacit_verifier_set_clock(verifier, now, &answer), name);
        judge(tacit_verifier_add_trust_list(verifier, list->bytes, list->size, &answer), expect, "-", name);
    } else if (strcmp(action, "ask") == 0) {
        size_t size;
        unsigned char *key = from_digits(f[9], 0, &size), *random = from_digits(f[10], 0, &size);
        good(tacit_verifier_set_clock(verifier, now, &answer), name);
        code = tacit_verifier_request(verifier, (const uint8_t *)f[8], strlen(f[8]), key, random, &answer);
        judge(code, expect, part, name);
        free(key);
        free(random);
    } else {
        int callers = strcmp(f[9], "caller") == 0 && strstr((const char *)f[2], "caller") != NULL;
        request = find("request", f[8]);
        presentation = find("presentation", f[11]);
        if (strcmp(f[9], "open") == 0)
            good(tacit_verifier_resume(verifier, request->bytes, request->size, &answer), name);
        if (strcmp(f[10], "-") != 0) {
            const entry *first = find("presentation", f[10]);
            code = tacit_verifier_verify(verifier, request->bytes, request->size, first->bytes, first->size, &answer);
            good(code, name);
        }
        good(tacit_verifier_set_clock(verifier, now, &answer), name);
        code = (callers ? tacit_verifier_check : tacit_verifier_verify)(
            verifier, request->bytes, request->size, presentation->bytes, presentation->size, &answer);
        judge(code, expect, part, name);
    }
    tacit_verifier_destroy(verifier);
}

int main(int count, char **arguments)
{
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    char *text, *line, *end, *fields[FIELDS];
    long size;
    int passed = 0, found;
    size_t i;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0)
        fail("cannot be read", count == 2 ? arguments[1] : "FILE");
    text = malloc((size_t)size + 1);
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size)
        fail("cannot be read", arguments[1]);
    text[size] = 0;
    fclose(file);

    for (line = text; *line != 0; line = end + 1) {
        end = strchr(line, '\n');
        if (end == NULL)
            fail("ends within a line", arguments[1]);
        *end = 0;
        for (found = 0; line != NULL && found < FIELDS; found++) {
            fields[found] = line;
            line = strchr(line, '\t');
            if (line != NULL)
                *line++ = 0;
        }
        if (strcmp(fields[0], "case") != 0) {
            remember(fields);
        } else {
            run(fields, found);
            passed++;
        }
    }
    for (i = 0; i < known; i++)
        free(entries[i].bytes);
    free(text);
    printf("%d passed, 0 failed\n", passed);
    return passed > 100 ? 0 : 1;
}
