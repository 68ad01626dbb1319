#include "dev/screen.h"

#include "core/lock.h"
#include "core/panic.h"
#include "dev/framebuffer_text.h"
#include "dev/vga_text.h"
#include "dev/vt.h"
#include "lib/upcall.h"
#include "mm/census.h"
#include "mm/frames.h"
#include "mm/phys.h"
#include "proc/ktask.h"

#define TAB	      8
#define TURN_BUDGET   56    /* cells of the smallest size that a turn of the task draws */
#define WRITE_LIMIT   24000 /* cells that are filled at once, but for the last step */
#define EVERYTHING    (~0U)
#define HISTORY_ORDER 6 /* of the memory for lines that have left the screen */
#define HISTORY_BYTES (PAGE_SIZE << HISTORY_ORDER)

static struct lock screen_lock = LOCK_INIT("screen", RANK_PORT);
static struct cells cells; /* [screen_lock]; no rows: there is no screen */
static struct cell wanted[CELLS_MAX], shown[CELLS_MAX]; /* [screen_lock] */
static struct vt vt;					/* [screen_lock] what programs write to */
static cells_draw_fn draw;
static unsigned turn_budget; /* cells that a turn draws */
static struct thread *draw_task;

/* Before there is a task, lines are drawn as they come: they do not scroll one by one. */
static void begin(unsigned rows, unsigned columns, cells_draw_fn draw_cell, unsigned cost)
{
	cells_init(&cells, rows, columns, wanted, shown);
	cells.jump = rows / 2;
	vt_init(&vt, &cells);
	vt.newline = true; /* there is no line discipline that would do it */
	draw = draw_cell;
	turn_budget = MAX(TURN_BUDGET / cost, 1U);
}

void screen_on_framebuffer(void)
{
	unsigned rows, columns, cost = framebuffer_text_begin(&rows, &columns);

	if (cost)
		begin(rows, columns, framebuffer_text_draw, cost);
}

void screen_on_vga_text(void)
{
	vga_text_clear();
	begin(VGA_TEXT_ROWS, VGA_TEXT_COLUMNS, vga_text_draw, 1);
}

/* In a panic a stopped CPU may hold the lock for ever, and there is only one CPU left. */
static bool enter(void)
{
	if (panic_active())
		return false;
	lock_acquire(&screen_lock);
	return true;
}

/* What is written is shown, even to who looks back. */
static bool enter_to_write(void)
{
	bool locked = enter();

	if (cells.back)
		cells_look_back(&cells, 0);
	return locked;
}

/* What was written is drawn, now or by the task. */
static void leave(bool locked)
{
	bool by_task = locked && draw_task;

	if (!by_task)
		cells_draw(&cells, EVERYTHING, draw);
	if (locked)
		lock_release(&screen_lock);
	if (by_task)
		thread_wake(draw_task);
}

static void put(char c)
{
	struct cell cell = CELL_BLANK;

	cell.code = c >= ' ' && c <= '~' ? (uint8_t)c : '.';
	cells_put(&cells, cell, false, true, false);
}

static void put_tab(void)
{
	do
		put(' ');
	while (cells.column % TAB && !cells.wrapping);
}

void screen_log(const char *text, size_t length)
{
	bool locked;

	if (!cells.rows)
		return;
	locked = enter_to_write();
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n') {
			cells.column = 0;
			cells_index(&cells, CELL_BLANK);
		} else if (text[i] == '\t') {
			put_tab();
		} else {
			put(text[i]);
		}
	}
	leave(locked);
}

static struct page *history; /* lines that have left; set once */

static void visit_history(void (*fn)(struct page *frame))
{
	if (history)
		fn(history);
}

static struct census_owner history_owner = {.name = "lines of the screen", .visit = visit_history};

/*
 * Lines that leave the screen are kept from the first on that a program writes: as long as there is
 * none, their memory would be the boot's. Without memory they are not kept. Takes RANK_ZONE.
 */
static void keep_history(void)
{
	static bool tried;

	if (tried || !draw_task)
		return;
	tried = true;
	history = frames_alloc(HISTORY_ORDER, PAGE_KERNEL);
	if (!history)
		return;
	census_register(&history_owner);
	lock_acquire(&screen_lock);
	cells_keep_history(&cells, page_to_virt(history),
			   HISTORY_BYTES / sizeof(struct cell) / cells.columns);
	lock_release(&screen_lock);
}

size_t screen_write(const char *bytes, size_t n)
{
	bool locked;

	if (!cells.rows)
		return n;
	keep_history();
	locked = enter_to_write();
	n = vt_write(&vt, bytes, n, WRITE_LIMIT);
	leave(locked);
	return n;
}

void screen_look_back(unsigned lines)
{
	bool locked;

	if (!cells.rows)
		return;
	locked = enter();
	cells_look_back(&cells, lines);
	leave(locked);
}

void screen_flush(void)
{
	bool locked;

	if (!cells.rows)
		return;
	locked = enter();
	cells_draw(&cells, EVERYTHING, draw);
	if (locked)
		lock_release(&screen_lock);
}

void screen_forget(void)
{
	if (cells.rows)
		cells_forget(&cells);
}

/* A turn's worth of drawing. True: there is more to draw. */
static bool draw_some(void)
{
	bool all;

	lock_acquire(&screen_lock);
	all = cells_draw(&cells, turn_budget, draw);
	lock_release(&screen_lock);
	return !all;
}

static sysret_t draw_turn(struct thread *task)
{
	return ktask_turn(task, draw_some);
}

bool screen_start(void)
{
	if (!cells.rows)
		return true;
	draw_task = ktask_start("screen", draw_turn);
	cells.jump = 1;
	return draw_task != NULL;
}
