# User programs: each user/*.c, and all of user/<folder>/*.c together, is one static musl program
# $(BUILD)/user/bin/NAME; all of them make up the initial archive, as /bin/NAME. The programs of
# tests/programs/ are built the same way, but only go where a test sends them.
#
# A file named *_pie.c is linked static-pie (ET_DYN), all others at fixed addresses (ET_EXEC). A
# line `// cflags: ...` in a program adds compiler flags for it alone.

USER_BIN  := $(BUILD)/user/bin
USER_CC   := musl-gcc
MUSL_CRT  := /usr/lib/x86_64-linux-musl
UCFLAGS   := -std=gnu11 -O2 -Wall -Wextra -Werror -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)=/stoa
ULDFLAGS  := -static -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,max-page-size=4096
PIE_START := -nostartfiles -Wl,-pie -Wl,--no-dynamic-linker $(MUSL_CRT)/rcrt1.o $(MUSL_CRT)/crti.o
PIE_END   := $(MUSL_CRT)/crtn.o

own_cflags = $(shell sed -n 's|^// cflags: ||p' $(1))
# $(call build_user,sources): the recipe's lines, for a program $@; with its symbols it is $@.debug
build_user = $(USER_CC) $(UCFLAGS) -g $(call own_cflags,$(1)) $(if $(filter %_pie,$@),-fpie,-no-pie -fno-pie) \
	$(ULDFLAGS) $(if $(filter %_pie,$@),$(PIE_START)) -o $@.debug $(1) $(if $(filter %_pie,$@),$(PIE_END)) && \
	objcopy --strip-all $@.debug $@

USER_FILES   := $(sort $(wildcard user/*.c))
USER_FOLDERS := $(patsubst user/%/,%,$(sort $(dir $(wildcard user/*/*.c))))
USER_PROGS   := $(USER_FILES:user/%.c=$(USER_BIN)/%) $(addprefix $(USER_BIN)/,$(USER_FOLDERS))
USER_HEADERS := $(call find_files,user tests/programs,*.h)

$(filter-out $(addprefix $(USER_BIN)/,$(USER_FOLDERS)),$(USER_PROGS)): $(USER_BIN)/%: user/%.c
$(foreach f,$(USER_FOLDERS),$(eval $(USER_BIN)/$(f): $(sort $(wildcard user/$(f)/*.c))))
$(USER_PROGS): $(USER_HEADERS) user/user.mk | $(call needs,build)
	$(call say,USERCC,$@)
	@mkdir -p $(@D)
	$(Q)$(call build_user,$(filter %.c,$^))

# The list of names is an input too, so that the archive loses programs that were removed.
$(BUILD)/user/list: $(call unless_holds,$(BUILD)/user/list,$(USER_PROGS))
	@mkdir -p $(@D) && echo '$(USER_PROGS)' >$@
$(BUILD)/initrd.cpio: $(USER_PROGS) $(BUILD)/user/list tools/mkinitrd tools/stoalib/cpio.py
	$(call say,CPIO,$@)
	$(Q)tools/mkinitrd $@ $(foreach p,$(USER_PROGS),$(p):/bin/$(notdir $(p)))

TEST_BIN   := $(BUILD)/tests/bin
TEST_PROGS := $(patsubst tests/programs/%.c,$(TEST_BIN)/%,$(sort $(wildcard tests/programs/*.c)))

$(TEST_PROGS): $(TEST_BIN)/%: tests/programs/%.c $(USER_HEADERS) user/user.mk | $(call needs,build)
	$(call say,USERCC,$@)
	@mkdir -p $(@D)
	$(Q)$(call build_user,$<)

.PHONY: user programs
user: $(USER_PROGS)  ## build the programs of the initial archive
programs: $(TEST_PROGS)  ## build the programs that the tests boot with
