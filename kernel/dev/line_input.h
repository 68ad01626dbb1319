/*
 * Lines that are typed: what is typed can be taken back until Enter, and is shown. As Linux's
 * terminals do it by default (ICANON, ICRNL, ECHO, ECHOE, ECHOK, ECHOCTL). Pure.
 */
#pragma once

#include "lib/base.h"

#define LINE_INPUT_MAX 512 /* bytes of a line; what is too much is not taken */
#define LINE_ECHO_MAX  (3UL * LINE_INPUT_MAX)

struct line_input {
	char bytes[LINE_INPUT_MAX];
	size_t n;
};

struct line_echo {
	char bytes[LINE_ECHO_MAX];
	size_t n;
};

/*
 * Take a byte; what is to be shown is in `echo`. True when it ends the line, whose bytes are then
 * in `line`: with a newline at their end, or, after Ctrl-D, without. None at all are the end of
 * input. The caller then sets line->n to 0.
 */
bool line_input(struct line_input *line, char byte, struct line_echo *echo);
