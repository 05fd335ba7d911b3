/* SPDX-License-Identifier: MIT */
#include "sockeye/collect/live.h"
#include "sockeye/program.h"

int main(int argc, char **argv)
{
	return program_run(argc, argv, &live_source);
}
