/* Writes all the files of a circuit into a folder. */
#ifndef HOSTS_CIRCUIT_WRITE_H
#define HOSTS_CIRCUIT_WRITE_H

#include "circuit/folder.h"
#include "circuit/sweep_sound.h"

#define CIRCUIT_SWEEP_V 0.5 /* V peak of the test vector */

/* net.cir and its stimulus.txt, bom.csv, map.csv, trims.csv if there are trimmers, schematic.svg, stimulus.wav, expected.wav,
 * README.md. Main thread. */
r2nn_status circuit_write(const r2nn_circuit *circuit, const result_folder *to, r2nn_error *error);

#endif
