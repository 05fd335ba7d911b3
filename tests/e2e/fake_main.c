/* SPDX-License-Identifier: MIT */
/* The whole program on a fixture instead of the kernel: see helpers/fake.h. */
#include "fake.h"
#include "sockeye/program.h"

int main(int argc, char **argv)
{
	return program_run(argc, argv, &fake_source);
}
