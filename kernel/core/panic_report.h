/*
 * The report of a panic as text, kept while it is logged: for the panic screen, and compressed for
 * a QR code (docs/panic.md). Only the CPU that panics comes here.
 */
#pragma once

#include "core/log.h"

/* Characters of a code that holds as much as one ever does. */
#define PANIC_CODE_MAX 2223

enum report_part {
	REPORT_OWN,    /* the CPU that panicked */
	REPORT_LOG,    /* the last lines of the log before that */
	REPORT_OTHERS, /* the other CPUs */
	REPORT_PARTS,
};

/* What the log is recorded by; its lines are the report's. */
extern struct log_sink panic_record;

/* What was logged of this CPU is all; from here on it is the others. */
void panic_report_others(void);

/* A part's whole lines; *length is how many characters. */
const char *panic_report_part(enum report_part part, size_t *length);

/*
 * The report for a QR code, characters of base45: at most `room` of them, at least 32 and at most
 * PANIC_CODE_MAX, at `code`. Returns how many there are; what does not fit is left out at the end.
 */
size_t panic_report_code(char *code, size_t room);
