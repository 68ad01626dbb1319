/* Port I/O and memory-mapped registers. */
#pragma once

#include "lib/base.h"

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* `count` bytes to one port; a string instruction, so one instruction and no loop per byte. */
static inline void outsb(uint16_t port, const uint8_t *bytes, size_t count)
{
	__asm__ volatile("rep outsb" : "+S"(bytes), "+c"(count) : "d"(port) : "memory");
}

/* About 1 us on an ISA machine: a write to the POST port, which nothing decodes. */
static inline void io_delay(void)
{
	outb(0x80, 0);
}

/*
 * Device registers are accessed by one MOV through EAX/RAX each: a compiler may otherwise pick an
 * instruction that a hypervisor cannot emulate, or split the access.
 */
static inline void mmio_write8(volatile void *reg, uint8_t value)
{
	__asm__ volatile("movb %1, %0" : "=m"(*(volatile uint8_t *)reg) : "a"(value) : "memory");
}

static inline uint32_t mmio_read32(const volatile void *reg)
{
	uint32_t value;

	__asm__ volatile("movl %1, %0"
			 : "=a"(value)
			 : "m"(*(const volatile uint32_t *)reg)
			 : "memory");
	return value;
}

static inline void mmio_write32(volatile void *reg, uint32_t value)
{
	__asm__ volatile("movl %1, %0" : "=m"(*(volatile uint32_t *)reg) : "a"(value) : "memory");
}

static inline uint64_t mmio_read64(const volatile void *reg)
{
	uint64_t value;

	__asm__ volatile("movq %1, %0"
			 : "=a"(value)
			 : "m"(*(const volatile uint64_t *)reg)
			 : "memory");
	return value;
}

static inline void mmio_write64(volatile void *reg, uint64_t value)
{
	__asm__ volatile("movq %1, %0" : "=m"(*(volatile uint64_t *)reg) : "a"(value) : "memory");
}
