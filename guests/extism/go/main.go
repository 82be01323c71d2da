// Sorts lines: a reactor of Go with the functions that it imports declared by hand.
package main

import (
	"slices"
	"strings"
)

//go:wasmimport extism:host/env alloc
func alloc(length uint64) uint64

//go:wasmimport extism:host/env length
func lengthOf(block uint64) uint64

//go:wasmimport extism:host/env load_u8
func load(address uint64) uint32

//go:wasmimport extism:host/env store_u8
func store(address uint64, value uint32)

//go:wasmimport extism:host/env input_length
func inputLength() uint64

//go:wasmimport extism:host/env input_load_u8
func inputLoad(offset uint64) uint32

//go:wasmimport extism:host/env output_set
func outputSet(block, length uint64)

//go:wasmimport extism:host/env error_set
func errorSet(block uint64)

//go:wasmimport extism:host/env config_get
func configGet(key uint64) uint64

//go:wasmimport extism:host/env var_get
func varGet(key uint64) uint64

//go:wasmimport extism:host/env var_set
func varSet(key, value uint64)

func put(text string) uint64 {
	block := alloc(uint64(len(text)))
	for i := range len(text) {
		store(block+uint64(i), uint32(text[i]))
	}
	return block
}

func take(block uint64) string {
	if block == 0 {
		return ""
	}
	bytes := make([]byte, lengthOf(block))
	for i := range bytes {
		bytes[i] = byte(load(block + uint64(i)))
	}
	return string(bytes)
}

//go:wasmexport sort_lines
func sortLines() int32 {
	bytes := make([]byte, inputLength())
	for i := range bytes {
		bytes[i] = byte(inputLoad(uint64(i)))
	}
	if len(bytes) == 0 {
		errorSet(put("there is nothing to sort"))
		return 1
	}
	lines := strings.Split(string(bytes), "\n")
	slices.Sort(lines)
	if take(configGet(put("order"))) == "down" {
		slices.Reverse(lines)
	}
	before := take(varGet(put("last")))
	varSet(put("last"), put(lines[len(lines)-1]))
	output := strings.Join(lines, "\n") + "\nbefore: " + before
	outputSet(put(output), uint64(len(output)))
	return 0
}

func main() {}
