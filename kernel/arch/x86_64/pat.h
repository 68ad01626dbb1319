/*
 * The page attribute table (SDM 3A 12.12): what the PAT, PCD and PWT bits of an entry mean.
 * Entries 0 to 3 are as after reset (WB, WT, UC-, UC); 4 is WC, 5 WP, 6 UC-, 7 UC.
 */
#pragma once

/*
 * Load the table into this CPU, by the steps of SDM 3A 12.12.4 (12.11.8); nothing happens when it
 * is loaded already or the CPU has none. On every CPU alike, with interrupts off, before an entry 4
 * to 7 is used.
 */
void pat_init_cpu(void);
