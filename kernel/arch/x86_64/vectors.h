/* Interrupt vectors. Exceptions are SDM 3A 6.3.1's; the rest is our choice. */
#pragma once

#define VECTOR_DE  0
#define VECTOR_DB  1
#define VECTOR_NMI 2
#define VECTOR_BP  3
#define VECTOR_OF  4
#define VECTOR_BR  5
#define VECTOR_UD  6
#define VECTOR_NM  7
#define VECTOR_DF  8
#define VECTOR_TS  10
#define VECTOR_NP  11
#define VECTOR_SS  12
#define VECTOR_GP  13
#define VECTOR_PF  14
#define VECTOR_MF  16
#define VECTOR_AC  17
#define VECTOR_MC  18
#define VECTOR_XM  19
#define VECTOR_CP  21

#define VECTOR_EXCEPTIONS 32 /* below: exceptions; from here on: interrupts */

#define VECTOR_DEVICE	  0x30 /* from here on: given to devices as they ask (core/device_irq.h), */
#define VECTOR_DEVICE_END 0xc0 /* up to here */

#define VECTOR_TIMER	0xd0
#define VECTOR_RESCHED	0xd1 /* look at the run queue */
#define VECTOR_TLB	0xd2 /* a TLB flush is asked for */
#define VECTOR_APIC_ERR 0xd3
#define VECTOR_SERIAL	0xd4 /* the serial port that the monitor listens on */
#define VECTOR_PIC	0xe0 /* 16 of them; all masked, but an 8259 can still raise IRQ 7 and 15 */
#define VECTOR_SPURIOUS 0xff
