/* personality() (linux/personality.h). */
#pragma once

#define ADDR_NO_RANDOMIZE 0x0040000 /* programs lie at fixed places */

/* What asks for the personality and changes nothing. */
#define PERSONALITY_QUERY 0xffffffffU
