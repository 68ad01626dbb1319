/* Deliberate faults in ring 0: each must be named by the panic that it causes. */
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/crash.h"
#include "arch/x86_64/image.h"
#include "core/lock.h"
#include "ktest/ktest.h"
#include "lib/upcall.h"
#include "mm/frames.h"
#include "mm/kmap.h"
#include "mm/phys.h"
#include "proc/thread.h"

static void null_read(uint32_t cpu)
{
	(void)cpu;
	crash_read(0x10);
}
KTEST("null-read", null_read);

static void text_write(uint32_t cpu)
{
	(void)cpu;
	crash_write((uintptr_t)text_start);
}
KTEST("text-write", text_write);

/* The direct map's alias of kernel text must be as read-only as the text. */
static void text_alias_write(uint32_t cpu)
{
	(void)cpu;
	crash_write((uintptr_t)phys_to_virt(image_to_phys(text_start)));
}
KTEST("text-alias-write", text_alias_write);

static void rodata_write(uint32_t cpu)
{
	(void)cpu;
	crash_write((uintptr_t)rodata_start);
}
KTEST("rodata-write", rodata_write);

static void data_execute(uint32_t cpu)
{
	static uint8_t code[] = {0xc3};

	(void)cpu;
	crash_call((uintptr_t)code);
}
KTEST("data-execute", data_execute);

static void direct_map_execute(uint32_t cpu)
{
	(void)cpu;
	crash_call((uintptr_t)phys_to_virt(image_to_phys(text_start)));
}
KTEST("direct-map-execute", direct_map_execute);

static void non_canonical_read(uint32_t cpu)
{
	(void)cpu;
	crash_read(0x8000000000000000UL);
}
KTEST("non-canonical-read", non_canonical_read);

static void invalid_opcode(uint32_t cpu)
{
	(void)cpu;
	crash_invalid_opcode();
}
KTEST("invalid-opcode", invalid_opcode);

static void divide_error(uint32_t cpu)
{
	(void)cpu;
	crash_divide();
}
KTEST("divide-error", divide_error);

static void breakpoint(uint32_t cpu)
{
	(void)cpu;
	crash_breakpoint();
}
KTEST("breakpoint", breakpoint);

/* This test runs on the main stack itself: what called it stays readable. */
static void overflow_main(uint32_t cpu)
{
	(void)cpu;
	crash_overflow((uintptr_t)__builtin_frame_address(0));
}
KTEST("overflow-main", overflow_main);

static void overflow_df(uint32_t cpu)
{
	crash_overflow(cpu_window(cpu) + WINDOW_IST_DF + WINDOW_IST_SIZE);
}
KTEST("overflow-df", overflow_df);

static void overflow_nmi(uint32_t cpu)
{
	crash_overflow(cpu_window(cpu) + WINDOW_IST_NMI + WINDOW_IST_SIZE);
}
KTEST("overflow-nmi", overflow_nmi);

static void overflow_mc(uint32_t cpu)
{
	crash_overflow(cpu_window(cpu) + WINDOW_IST_MC + WINDOW_IST_SIZE);
}
KTEST("overflow-mc", overflow_mc);

static void overflow_db(uint32_t cpu)
{
	crash_overflow(cpu_window(cpu) + WINDOW_IST_DB + WINDOW_IST_SIZE);
}
KTEST("overflow-db", overflow_db);

static void overflow_panic(uint32_t cpu)
{
	crash_overflow(cpu_window(cpu) + WINDOW_PANIC + WINDOW_PANIC_SIZE);
}
KTEST("overflow-panic", overflow_panic);

static void panic_call(uint32_t cpu)
{
	panic("a test asked for it on CPU %u", cpu);
}
KTEST("panic", panic_call);

static struct lock low_lock = LOCK_INIT("test low", RANK_TREE),
		   high_lock = LOCK_INIT("test high", RANK_LOG);

static void lock_order(uint32_t cpu)
{
	(void)cpu;
	lock_acquire(&high_lock);
	lock_acquire(&low_lock);
}
KTEST("lock-order", lock_order);

static void lock_at_exit(uint32_t cpu)
{
	(void)cpu;
	lock_acquire(&low_lock);
}
KTEST("lock-at-exit", lock_at_exit);

static void double_free(uint32_t cpu)
{
	struct page *page = frames_alloc(3, PAGE_KERNEL);

	(void)cpu;
	ASSERT(page);
	frames_free(page, 3);
	frames_free(page, 3);
}
KTEST("double-free", double_free);

static void double_free_frame(uint32_t cpu)
{
	struct page *page = frame_alloc(PAGE_KERNEL);

	(void)cpu;
	ASSERT(page);
	frame_free(page);
	frame_free(page);
}
KTEST("double-free-frame", double_free_frame);

static void wrong_order(uint32_t cpu)
{
	struct page *page = frames_alloc(3, PAGE_KERNEL);

	(void)cpu;
	ASSERT(page);
	frames_free(page, 2);
}
KTEST("wrong-order", wrong_order);

/* Found in debug builds only, when the frame is handed out again. */
static void write_after_free(uint32_t cpu)
{
	struct page *page = frame_alloc(PAGE_KERNEL);

	(void)cpu;
	ASSERT(page);
	frame_free(page);
	*(uint64_t *)page_to_virt(page) = 1;
	frame_free(frame_alloc(PAGE_KERNEL));
}
KTEST("write-after-free", write_after_free);

static void kernel_map_refuses_user(uint32_t cpu)
{
	(void)cpu;
	if (kmap_range(PAGE_SIZE, PADDR(PAGE_SIZE), PAGE_SIZE, KMAP_RW, 1))
		panic("kmap gave an error where it must refuse");
}
KTEST("kmap-user-address", kernel_map_refuses_user);

static void sealed_slot(uint32_t cpu)
{
	(void)cpu;
	if (kmap_range(KERNEL_VIRT_BASE - TIB(1), PADDR(PAGE_SIZE), PAGE_SIZE, KMAP_RW, 1))
		panic("kmap gave an error where it must refuse");
}
KTEST("sealed-slot", sealed_slot);

/* What the monitor, which follows the report, walks into a fault on. */
static void damaged_list(uint32_t cpu)
{
	(void)cpu;
	lock_acquire(&low_lock);
	current_thread()->process_link.next = (struct list *)sizeof(long);
	panic("a test has damaged the list of kernel tasks");
}
KTEST("damaged-list", damaged_list);
