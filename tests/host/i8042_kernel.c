// cflags: -iquote tests/host/model_io
/* The kernel's driver, with a model of the controller at the ports. */
#include "dev/i8042.c"
