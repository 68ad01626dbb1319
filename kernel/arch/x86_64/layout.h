/*
 * The address map (docs/memory.md): the one place where addresses are written down, shared by
 * C, assembly and the linker script.
 */
#pragma once

#ifdef __ASSEMBLER__
#define UL(x) x
#else
#define UL(x) x##UL
#endif

/* The kernel image: linked at -2 GiB, loaded at 2 MiB. */
#define KERNEL_VIRT_BASE UL(0xffffffff80000000)
#define KERNEL_LOAD_PHYS UL(0x200000)

/* The user half ends one page below the hole, so that no RIP that SYSRET returns to is
 * non-canonical. */
#define USER_START UL(0x1000)
#define USER_END   UL(0x00007ffffffff000)

#define KERNEL_HIGHER_HALF_BASE UL(0xffff800000000000)

/* Direct map of RAM: physical address p is at PHYS_OFFSET + p. */
#define PHYS_OFFSET	KERNEL_HIGHER_HALF_BASE
#define DIRECT_MAP_SIZE UL(0x0000400000000000)

/* Per-CPU windows. */
#define PERCPU_STACK_REGION_BASE UL(0xffffc90000000000)
#define PERCPU_STACK_STRIDE	 UL(0x200000)
#define PERCPU_STACK_SIZE	 UL(0x8000)
#define PERCPU_STACK_GUARD_SIZE	 UL(0x1000)
#define CPU_MAX			 256

/* Offsets in a window. */
#define WINDOW_CPU	  UL(0x000000) /* struct cpu */
#define WINDOW_GDT	  UL(0x001000)
#define WINDOW_TSS	  UL(0x002000)
#define WINDOW_DATA	  UL(0x003000) /* variables defined by DEFINE_PERCPU */
#define WINDOW_DATA_END	  UL(0x005000)
#define WINDOW_ENTRY	  UL(0x010000) /* the SYSCALL entry page */
#define WINDOW_IST_DF	  UL(0x020000) /* bottoms of the IST stacks */
#define WINDOW_IST_NMI	  UL(0x030000)
#define WINDOW_IST_MC	  UL(0x040000)
#define WINDOW_IST_DB	  UL(0x050000)
#define WINDOW_IST_SIZE	  UL(0x2000)
#define WINDOW_PANIC	  UL(0x080000)
#define WINDOW_PANIC_SIZE UL(0x10000)
#define WINDOW_STACK	  UL(0x1f7000)
#define WINDOW_STACK_TOP  UL(0x1ff000) /* = TSS.rsp0 */

/* Device memory, the framebuffer and firmware tables. */
#define MMIO_BASE UL(0xffffd00000000000)
#define MMIO_SIZE UL(0x0000008000000000)

/* struct page of every frame of RAM. */
#define FRAME_TABLE_BASE UL(0xffffea0000000000)

/*
 * Segment selectors; SYSRET wants user data directly below user code (SDM 2B SYSRET). Programs see
 * the user's, which are Linux's.
 */
#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#define SEL_USER_DATA	0x2b
#define SEL_USER_CODE	0x33
#define SEL_TSS		0x38

/* What the flat kernel segments are in every GDT: present, accessed (SDM 3A 3.4.5). */
#define DESC_KERNEL_CODE UL(0x00af9b000000ffff) /* 64-bit */
#define DESC_KERNEL_DATA UL(0x00cf93000000ffff)
