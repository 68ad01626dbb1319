/*
 * The machine's screen, a framebuffer or VGA text: what the log and programs write goes into cells
 * (cells.h), and from there to the screen: at once until there is a task that does it, and in a
 * panic; by the task otherwise. In a panic no lock is taken.
 */
#pragma once

#include "dev/cells.h"

/* Show text on the framebuffer (framebuffer.h), which has just been found. At boot. */
void screen_on_framebuffer(void);

/* Show text on the VGA's text screen (vga_text.h). At boot. */
void screen_on_vga_text(void);

/* Write text of the log; what is not printable ASCII, newline or tab is a dot. RANK_PORT. */
void screen_log(const char *text, size_t length);

/*
 * Write what programs wrote to their terminal (vt.h): as much as a chunk of work allows. Returns
 * how many of the `n` bytes; all when there is no screen. Takes RANK_PORT; wakes a thread.
 */
__must_check size_t screen_write(const char *bytes, size_t n);

/*
 * Show the screen as it was `lines` lines ago, or as long ago as is known, until something is
 * written; 0: as it is. Takes RANK_PORT; wakes a thread.
 */
void screen_look_back(unsigned lines);

/* Start the task that draws, which may wait then; false without memory. */
__must_check bool screen_start(void);

/* Draw now what is not drawn yet. For the end of the machine's work. Takes RANK_PORT. */
void screen_flush(void);

/*
 * The panic's screen is drawn over this one: what is written next brings all of it back. In a panic
 * only.
 */
void screen_forget(void);
