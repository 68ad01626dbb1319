/* The QR code on the screen of a panic. */
#pragma once

#include "lib/base.h"

/*
 * Draw the code of the report (core/panic_report.h) in the upper right corner of the framebuffer,
 * with the quiet zone around it. At least `needed` pixels are left to the text, and `wanted` unless
 * the code would be too small. Returns the pixels that are left; all where there is no code.
 */
uint32_t panic_code_draw(uint32_t needed, uint32_t wanted);
