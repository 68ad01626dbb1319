# Host tests, fuzz targets, and the whole suite.
#
# tests/host/test_*.c is a cmocka program each, under ASan and UBSan; tests/fuzz/fuzz_*.c a
# libFuzzer target each. Lines `// sources: kernel/lib/fmt.c ...` in it name what it is linked with;
# those are compiled for the host, unchanged. `// cflags: ...` adds compiler flags for that file.

HOST  := $(BUILD)/host
FUZZ  := $(BUILD)/fuzz
RUNS  ?= 1000000

HOST_CFLAGS := -std=gnu11 -g -O1 -Ikernel -Itests/host -Itests/fuzz $(WARNINGS) -fno-omit-frame-pointer \
	-fno-strict-aliasing -fno-sanitize-recover=all $(EXTRA)
HOST_SAN    := -fsanitize=address,undefined
FUZZ_SAN    := -fsanitize=fuzzer-no-link,address,undefined

HOST_TESTS := $(patsubst tests/host/%.c,$(HOST)/bin/%,$(sort $(wildcard tests/host/test_*.c)))
FUZZERS    := $(patsubst tests/fuzz/%.c,$(FUZZ)/bin/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

# $(call sources_of,test.c): itself and what its comment names
sources_of = $(1) $(shell sed -n 's|^// sources: ||p' $(1))
host_objs  = $(patsubst %.c,$(HOST)/obj/%.o,$(call sources_of,$(1)))
fuzz_objs  = $(patsubst %.c,$(FUZZ)/obj/%.o,$(call sources_of,$(1)))

$(HOST)/obj/%.o: %.c tests/tests.mk | $(call needs,test)
	$(call say,HOSTCC,$<)
	@mkdir -p $(@D)
	$(Q)gcc $(HOST_CFLAGS) $(call own_cflags,$<) $(HOST_SAN) $(DEPFLAGS) -c -o $@ $<
$(FUZZ)/obj/%.o: %.c tests/tests.mk | $(call needs,test)
	$(call say,FUZZCC,$<)
	@mkdir -p $(@D)
	$(Q)clang $(HOST_CFLAGS) $(call own_cflags,$<) $(FUZZ_SAN) $(DEPFLAGS) -c -o $@ $<

.SECONDEXPANSION:
$(HOST_TESTS): $(HOST)/bin/%: $$(call host_objs,tests/host/$$*.c)
	@mkdir -p $(@D)
	$(Q)gcc $(HOST_SAN) -o $@ $^ -lcmocka
$(FUZZERS): $(FUZZ)/bin/%: $$(call fuzz_objs,tests/fuzz/$$*.c)
	@mkdir -p $(@D)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $^

# Programs under ThreadSanitizer, tests/tsan/stress_*.c: threads are CPUs, of tests/host/model_cpu/.
# The linker puts a program's lock functions before the kernel's. pytest runs them.
TSAN        := $(BUILD)/tsan
TSAN_CFLAGS := -iquote tests/tsan/model -iquote tests/host/model_cpu -iquote tests/host/model_ram \
	-fsanitize=thread -pthread
STRESS      := $(patsubst tests/tsan/%.c,$(TSAN)/bin/%,$(sort $(wildcard tests/tsan/stress_*.c)))
tsan_objs    = $(patsubst %.c,$(TSAN)/obj/%.o,$(call sources_of,$(1)))

$(TSAN)/obj/%.o: %.c tests/tests.mk | $(call needs,test)
	$(call say,TSANCC,$<)
	@mkdir -p $(@D)
	$(Q)gcc $(TSAN_CFLAGS) $(HOST_CFLAGS) $(DEPFLAGS) -c -o $@ $<
$(STRESS): $(TSAN)/bin/%: $$(call tsan_objs,tests/tsan/$$*.c)
	@mkdir -p $(@D)
	$(Q)gcc $(TSAN_CFLAGS) -Wl,--wrap=lock_acquire_at,--wrap=lock_release -o $@ $^

-include $(call find_files,$(HOST)/obj $(FUZZ)/obj $(TSAN)/obj,*.d)

.PHONY: host-tests fuzzers host-test fuzz prove test test-long
host-tests: $(HOST_TESTS)
fuzzers: $(FUZZERS)

host-test: host-tests  ## run the host tests of the kernel's pure code
	$(Q)tools/run-tests host $(HOST_TESTS)
fuzz: fuzzers  ## RUNS=N cases in all over the fuzz targets
	$(Q)tools/run-tests fuzz $(FUZZ)/work $(RUNS) $(FUZZERS)

prove: $(call needs,prove)  ## what Frama-C and z3 prove of the kernel (docs/proofs.md)
	$(Q)tools/prove --out $(BUILD)/proofs --record

# The suite boots what it needs of the other builds; it makes them itself, by STOA_BUILD.
SUITE       := STOA_BUILD=$(BUILD) STOA_HOST_TESTS="$(HOST_TESTS)" tools/run-tests suite
SUITE_NEEDS := iso user programs host-tests $(call needs,boot uefi bochs debug test prove lint)

test: $(SUITE_NEEDS)  ## the test suite; ends with `N passed, N failed`
	$(Q)+$(SUITE)
test-long: $(SUITE_NEEDS)  ## the test suite and what takes longer than ten minutes
	$(Q)+$(SUITE) --long

# --- the test loader: a 32-bit program that GRUB boots in the kernel's place ---
LOADER := $(BUILD)/tests/loader.elf
$(LOADER): $(addprefix tests/loader/,start.S loader.c loader.ld) tests/tests.mk | $(call needs,build)
	$(call say,LOADER,$@)
	@mkdir -p $(@D)
	$(Q)gcc -m32 -std=gnu11 -O1 $(WARNINGS) -ffreestanding -fno-pic -fno-stack-protector \
		-fcf-protection=none -mgeneral-regs-only -fno-asynchronous-unwind-tables -nostdlib -static \
		-no-pie -Wl,--build-id=none,--no-warn-rwx-segments,-T,tests/loader/loader.ld -o $@ $(filter %.S %.c,$^)
programs: $(LOADER)
