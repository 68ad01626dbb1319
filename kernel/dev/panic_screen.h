/*
 * The screen of a panic: the report on the left, and on a framebuffer of 640 by 480 and more a QR
 * code of it on the right (docs/panic.md). For the one CPU that is left; takes no lock.
 */
#pragma once

/* Show what core/panic_report.h has, on the framebuffer or else the VGA's text screen. */
void panic_screen_show(void);
