# Stoa. `make help` lists the targets; docs/development.md tells how to work with them.
#
# make [CC=gcc|clang] [DEBUG=1] [MUTANT=name] [BUILD=dir] [V=1] [target...]
#
# Each combination of compiler, DEBUG and MUTANT has an output folder of its own below BUILD. The
# one that is shipped (gcc, release, BUILD=build) also appears as ./stoa.elf and ./stoa.iso.

BUILD ?= build
ifeq ($(origin CC),default)
CC := gcc
endif
# The name says which of the two it is; the path may be anything.
COMPILER := $(if $(findstring clang,$(notdir $(firstword $(CC)))),clang,gcc)
OUT      := $(BUILD)$(if $(filter clang,$(COMPILER)),/clang)$(if $(MUTANT),/mutants/$(MUTANT))$(if $(DEBUG),/debug)
OBJ      := $(OUT)/obj
GEN      := $(OUT)/gen
comma    := ,
Q        := $(if $(V),,@)
say       = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2))

# As many jobs as there are CPUs.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: iso  ## build stoa.elf and stoa.iso (the default)

# What a missing tool is installed by. The stamp keeps the check out of everyday builds.
$(BUILD)/deps/%: tools/deps
	$(Q)tools/deps $*
	$(Q)mkdir -p $(@D) && touch $@
needs = $(addprefix $(BUILD)/deps/,$(1))
CC_NEEDS := $(call needs,build $(filter clang,$(COMPILER)))

# --- the kernel -------------------------------------------------------------------------------

# $(call unless_holds,file,text): FORCE unless the file holds that text. For lists of inputs, so
# that a link is done again when a source was removed.
same = $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x))
unless_holds = $(if $(call same,$(strip $(file <$(1))),$(strip $(2))),,FORCE)
.PHONY: FORCE
FORCE:

find_files = $(sort $(shell find $(1) -name '$(2)' 2>/dev/null))

OFFSETS_C   := kernel/arch/x86_64/asm-offsets.c
KERNEL_C    := $(filter-out $(OFFSETS_C),$(call find_files,boot kernel,*.c))
KERNEL_S    := $(call find_files,boot kernel,*.S)
FONT_PSF    := /usr/share/consolefonts/Uni2-Terminus16.psf.gz
FONT_C      := $(GEN)/console_font.c
KERNEL_OBJS := $(OBJ)/console_font.o $(patsubst %,$(OBJ)/%.o,$(basename $(KERNEL_C)) $(addsuffix .S,$(basename $(KERNEL_S))))

# The same bytes come out whatever folder the tree and the output are in.
PREFIX_MAP := -ffile-prefix-map=$(CURDIR)=/stoa -ffile-prefix-map=$(OUT)=build
KCPPFLAGS  := -Ikernel -I$(GEN) $(if $(DEBUG),-DDEBUG) $(if $(MUTANT),-DMUTANT_$(MUTANT))
WARNINGS   := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla
KCFLAGS    := -std=gnu11 -ffreestanding -O2 -g $(WARNINGS) -mgeneral-regs-only -mno-red-zone \
	-mcmodel=kernel -fno-omit-frame-pointer -fno-pic -fno-stack-protector -fno-strict-aliasing \
	-fno-asynchronous-unwind-tables -fcf-protection=none -fno-common $(PREFIX_MAP)
# Nothing needs more than 8: there are no vector registers.
KCFLAGS    += $(if $(filter gcc,$(COMPILER)),-mpreferred-stack-boundary=3,-mstack-alignment=8)
# Stack use and call graph, for tools/stack; only gcc has it.
KCFLAGS    += $(if $(filter gcc,$(COMPILER)),-fcallgraph-info=su$(comma)da)
KASFLAGS   := -g $(PREFIX_MAP)
KLDFLAGS   := -nostdlib -static --build-id=none -z max-page-size=4096 -z noexecstack --fatal-warnings
DEPFLAGS    = -MMD -MP -MF $(@:.o=.d) -MT $@

$(OBJ)/%.o: %.c Makefile | $(CC_NEEDS)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCPPFLAGS) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

$(OBJ)/%.S.o: %.S Makefile $(GEN)/asm-offsets.h | $(CC_NEEDS)
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCPPFLAGS) $(KASFLAGS) $(DEPFLAGS) -c -o $@ $<

# Offsets of C structures for assembly: asm-offsets.c compiles to lines `->NAME value`.
$(GEN)/asm-offsets.h: $(OFFSETS_C) Makefile | $(CC_NEEDS)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCPPFLAGS) $(filter-out -g -fcallgraph%,$(KCFLAGS)) -MMD -MP -MF $(@:.h=.d) -MT $@ \
		-S -o $(@:.h=.s) $<
	$(Q)sed -n 's/^.*->\([A-Za-z0-9_]*\)[ \t]*[$$#]*\(-*[0-9]*\).*$$/#define \1 \2/p' $(@:.h=.s) >$@

$(FONT_C): tools/mkfont | $(CC_NEEDS)
	@mkdir -p $(@D)
	$(Q)tools/mkfont $(FONT_PSF) $@
$(OBJ)/console_font.o: $(FONT_C) Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(KCPPFLAGS) $(KCFLAGS) $(DEPFLAGS) -c -o $@ $<

$(GEN)/kernel.ld: boot/kernel.ld Makefile | $(CC_NEEDS)
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -x assembler-with-cpp -Ulinux -Uunix $(KCPPFLAGS) -MMD -MP -MF $@.d -MT $@ -o $@ $<

$(OUT)/objects: $(call unless_holds,$(OUT)/objects,$(KERNEL_OBJS))
	@mkdir -p $(@D) && echo '$(KERNEL_OBJS)' >$@

$(OUT)/stoa.elf: $(KERNEL_OBJS) $(GEN)/kernel.ld $(OUT)/objects
	$(call say,LD,$@)
	$(Q)ld $(KLDFLAGS) -T $(GEN)/kernel.ld -Map $(OUT)/stoa.map -o $@ $(KERNEL_OBJS)

-include $(KERNEL_OBJS:.o=.d) $(GEN)/asm-offsets.d $(GEN)/kernel.ld.d

include user/user.mk
include tests/tests.mk

# --- the ISO ----------------------------------------------------------------------------------

# iso/ is the staging folder of the shipped ISO; others stage in their output folder.
SHIPPED := $(filter build,$(OUT))
STAGING := $(if $(SHIPPED),iso,$(OUT)/iso)

# The kernel goes there without its debug sections, but with the symbols that backtraces want.
$(OUT)/stoa.iso: $(OUT)/stoa.elf $(BUILD)/initrd.cpio grub/grub.cfg tools/mkiso | $(call needs,iso)
	$(call say,ISO,$@)
	$(Q)rm -rf $(STAGING) && mkdir -p $(STAGING)/boot/grub
	$(Q)objcopy --strip-debug $(OUT)/stoa.elf $(STAGING)/boot/stoa.elf
	$(Q)cp $(BUILD)/initrd.cpio $(STAGING)/boot/initrd.cpio
	$(Q)cp grub/grub.cfg $(STAGING)/boot/grub/grub.cfg
	$(Q)tools/mkiso $@ $(STAGING)

ifneq ($(SHIPPED),)
stoa.elf stoa.iso: %: $(OUT)/%
	$(Q)ln -f $< $@
KERNEL := stoa.elf
ISO    := stoa.iso
else
KERNEL := $(OUT)/stoa.elf
ISO    := $(OUT)/stoa.iso
endif

.PHONY: kernel iso run run-uefi run-bochs debug usb smoke clean help
kernel: $(KERNEL)  ## build the kernel alone
iso: $(KERNEL) $(ISO)  ## what `all` does

# --- running it -------------------------------------------------------------------------------

RUN = tools/stoa-run --iso $(ISO)

run: iso $(call needs,boot)  ## boot the ISO on this terminal (Ctrl-A X ends QEMU)
	$(Q)$(RUN) --interactive --cpus 4
run-uefi: iso $(call needs,boot uefi)  ## the same under UEFI firmware
	$(Q)$(RUN) --interactive --cpus 4 --firmware uefi
run-bochs: iso $(call needs,boot bochs)  ## the same in Bochs, with 2 CPUs
	$(Q)$(RUN) --interactive --cpus 2 --machine bochs
debug: iso $(call needs,boot debug)  ## boot under gdb, stopped at the kernel's first C function
	$(Q)tools/debug $(ISO) $(KERNEL) $(OUT)/debug.serial
usb: iso $(call needs,boot)  ## DEV=/dev/sdX: write the ISO to a USB stick, after asking
	$(Q)tools/usb $(ISO) $(or $(DEV),$(error make usb DEV=/dev/sdX))
smoke: iso $(BUILD)/user/bin/smoke $(call needs,boot)  ## boot with 4 CPUs and say whether it works
	$(Q)tools/smoke $(ISO) $(BUILD)/user/bin/smoke $(OUT)/smoke.log

# --- checks that live in tools/ ---------------------------------------------------------------

.PHONY: lint stack figures matrix mutants
lint: iso compile_commands.json $(call needs,lint)  ## static checks: layers, vector registers, types, clang-tidy, cppcheck
	$(Q)tools/lint --out $(OUT)
stack: $(KERNEL)  ## the worst-case depth of every stack
	$(Q)tools/stack $(OUT)
figures: iso $(call needs,boot)  ## boot instructions, memory, image size and stack depths, with limits
	$(Q)tools/figures $(OUT)
matrix: iso programs $(call needs,boot uefi bochs test)  ## boot on every machine of the matrix, and print a table
	$(Q)STOA_BUILD=$(BUILD) tests/matrix/run
mutants: iso $(call needs,boot)  ## build each planted defect and see it caught
	$(Q)tools/mutants --build $(BUILD)

# --- benchmarks -------------------------------------------------------------------------------

# Linked as musl-gcc does it by default, and with symbols. What a call costs on Linux depends on how
# many mappings a program has, and its figures are those of such programs.
BENCH       := $(OUT)/bench
BENCH_PROGS := $(addprefix $(BENCH)/,bench true linux_init)
$(BENCH)/bench: $(sort $(wildcard user/bench/*.c)) user/bench/bench.h
$(BENCH)/true: user/true.c
$(BENCH)/linux_init: tools/benchlib/linux_init.c
$(BENCH_PROGS): user/user.mk | $(call needs,build)
	$(call say,USERCC,$@)
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(UCFLAGS) -static $(call own_cflags,$(filter %.c,$^)) -o $@ $(filter %.c,$^)
# Plugins of QEMU.
PLUGINS     := $(addprefix $(BENCH)/,insn.so stretch.so)
$(PLUGINS): $(BENCH)/%.so: tools/profile.d/%.c tools/profile.d/plugin.h | $(call needs,build)
	$(call say,PLUGIN,$@)
	@mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 $(WARNINGS) -fPIC -shared -o $@ $<

.PHONY: bench bench-mm bench-smp bench-programs profile latency
bench-programs: $(BENCH_PROGS) $(PLUGINS)
bench: iso bench-programs $(call needs,boot)  ## instructions of each call on Stoa and on Linux, side by side
	$(Q)tools/bench --docs docs/benchmarks.md $(BENCHFLAGS) $(OUT)
bench-mm: iso bench-programs programs $(call needs,boot)  ## instructions of allocations, faults, fork, exit and boots, with limits
	$(Q)tools/bench-mm --programs $(TEST_BIN) $(OUT)
bench-smp: iso programs $(call needs,boot)  ## how often independent processes on 1, 2 and 4 CPUs wait for each other, with limits
	$(Q)tools/bench-smp --programs $(TEST_BIN) $(OUT)
profile: iso bench-programs $(call needs,boot)  ## ROW=name: where the instructions of that row go (ROW=boot: of the boot)
	$(Q)tools/profile $(if $(filter checks,$(ROW)),--docs docs/benchmarks.md) $(PROFILEFLAGS) $(OUT) $(or $(ROW),$(error make profile ROW=name))
latency: iso programs $(PLUGINS) $(call needs,boot)  ## the longest stretch without an interrupt, and the call that causes it
	$(Q)tools/latency --programs $(TEST_BIN) $(OUT)

# One entry for each C file of the kernel, for clangd and clang-tidy; without what clang has not.
compile_commands.json: Makefile $(KERNEL_C)  ## for clangd and clang-tidy
	$(Q){ sep='['; for c in $(KERNEL_C); do \
		printf '%s\n{"directory": "%s", "file": "%s", "command": "clang %s -c %s"}' \
			"$$sep" '$(CURDIR)' $$c '$(KCPPFLAGS) $(filter-out -fcallgraph% -mpreferred%,$(KCFLAGS))' $$c; \
		sep=','; done; printf '\n]\n'; } >$@

clean:  ## remove everything that was built
	rm -rf $(BUILD) compile_commands.json $(if $(SHIPPED),iso stoa.elf stoa.iso)
help:  ## this list
	@sed -n 's/^\([a-z_.-]*\):.*## \(.*\)/\1\t\2/p' Makefile user/user.mk tests/tests.mk | \
		sort | awk -F'\t' '{ printf "  %-22s %s\n", $$1, $$2 }'
