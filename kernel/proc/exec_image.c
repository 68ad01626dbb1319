#include "proc/exec_image.h"

#include "abi/errno.h"
#include "abi/mman.h"
#include "arch/x86_64/cr.h"
#include "core/log.h"
#include "lib/fmt.h"
#include "mm/object.h"
#include "mm/segment.h"
#include "proc/exec.h"

static int read_file(void *ctx, uint64_t offset, void *buf, uint64_t len)
{
	struct vm_object *object = ctx;

	return object->ops->read(object, offset, buf, len) == len ? 0 : -EIO;
}

static void tell(void *ctx, const char *fmt, ...) __printf_like(2, 3);
static void tell(void *ctx, const char *fmt, ...)
{
	const struct exec_state *exec = ctx;
	char line[160];
	va_list args;

	va_start(args, fmt);
	fmt_vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	log_line("exec: %.80s: %s", exec->path, line);
}

static uint64_t choose_bias(const struct elf_image *image, uint64_t base)
{
	if (!image->is_dyn)
		return 0;
	return ALIGN_UP(base, image->align) - image->start;
}

/* Where segments share a page the later one wins, as on Linux: what is there goes first. */
static int make_room(struct space *space, uint64_t start, uint64_t end)
{
	uint64_t cursor = 0;
	sysret_t result;

	do
		result = space_munmap(space, start, end - start, &cursor);
	while (result == SYS_AGAIN);
	return (int)result;
}

static int map_segment(struct exec_state *exec, const struct elf_segment *segment)
{
	uint64_t va = exec->bias + segment->vaddr;
	int error = 0;

	if (exec->image.has_overlap)
		error = make_room(exec->space, ALIGN_DOWN(va, PAGE_SIZE),
				  ALIGN_UP(va + segment->memsz, PAGE_SIZE));
	if (error)
		return error;
	return space_map_segment(exec->space, va, segment->memsz, (int)segment->prot, exec->object,
				 segment->offset, segment->filesz);
}

static int map_segments(struct exec_state *exec)
{
	for (uint32_t i = 0; i < exec->image.n_segments; i++) {
		int error = map_segment(exec, &exec->image.segments[i]);

		if (error)
			return error;
	}
	return 0;
}

static void place_heap(const struct exec_state *exec, uint64_t skip)
{
	struct space *space = exec->space;

	space->brk_start = ALIGN_UP(exec->bias + exec->image.brk, PAGE_SIZE) + skip;
	space->brk = space->brk_start;
}

static int make_stack(struct exec_state *exec, const struct user_layout *layout)
{
	const struct exec_stack_size size = {
		.argc = exec->arrays[EXEC_ARGS].count + exec->empty_args,
		.envc = exec->arrays[EXEC_ENV].count,
		.bytes = exec->bytes + exec->empty_args,
		.path = exec->path_size,
	};

	return exec_stack_begin(&exec->stack, exec->space, layout, exec->image.exec_stack, &size);
}

int exec_image_load(struct exec_state *exec, uint64_t stack_limit, bool fixed)
{
	struct user_layout layout;
	struct elf_source source = {
		.read = read_file, .ctx = exec->object, .size = exec->object->size};
	int error = elf_parse(&source, &exec->image, tell, exec);

	if (error)
		return error;
	user_layout_choose(&layout, stack_limit, fixed);
	exec->bias = choose_bias(&exec->image, layout.pie_base);
	exec->space = space_create();
	if (!exec->space)
		return -ENOMEM;
	exec->space->mmap_top = layout.mmap_top;
	error = map_segments(exec);
	if (error)
		return error;
	place_heap(exec, layout.brk_skip);
	return make_stack(exec, &layout);
}

int exec_image_finish(struct exec_state *exec)
{
	return exec_stack_finish(&exec->stack, exec->path, exec->path_size, &exec->image,
				 exec->bias);
}

void exec_image_tell(const struct exec_state *exec)
{
	if (exec->image.exec_stack)
		log_line("exec: %.80s: the stack is executable", exec->path);
}

void exec_image_frame(const struct exec_state *exec, struct trapframe *frame)
{
	*frame = (struct trapframe){
		.vector = VECTOR_NONE,
		.rip = exec->bias + exec->image.entry,
		.cs = SEL_USER_CODE,
		.rflags = RFLAGS_IF,
		.rsp = exec->stack.sp,
		.ss = SEL_USER_DATA,
	};
}
