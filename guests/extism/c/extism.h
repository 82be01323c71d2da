// The functions that an Extism plugin may import, as C sees them. An address is one of the host's memory, not of this one.

#ifndef EXTISM_H
#define EXTISM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))
#define ENV(name) IMPORT("extism:host/env", #name)

typedef uint64_t address;

ENV(alloc) address extism_alloc(uint64_t length);
ENV(free) void extism_free(address);
ENV(length) uint64_t extism_length(address);
ENV(length_unsafe) uint64_t extism_length_unsafe(address);
ENV(load_u8) uint8_t extism_load_u8(address);
ENV(load_u64) uint64_t extism_load_u64(address);
ENV(store_u8) void extism_store_u8(address, uint8_t);
ENV(store_u64) void extism_store_u64(address, uint64_t);
ENV(input_length) uint64_t extism_input_length(void);
ENV(input_offset) address extism_input_offset(void);
ENV(input_load_u8) uint8_t extism_input_load_u8(uint64_t);
ENV(input_load_u64) uint64_t extism_input_load_u64(uint64_t);
ENV(output_set) void extism_output_set(address, uint64_t length);
ENV(error_set) void extism_error_set(address);
ENV(config_get) address extism_config_get(address key);
ENV(var_get) address extism_var_get(address key);
ENV(var_set) void extism_var_set(address key, address value);
ENV(log_info) void extism_log_info(address);
ENV(log_warn) void extism_log_warn(address);
ENV(http_request) address extism_http_request(address request, address body);
ENV(http_status_code) int32_t extism_http_status_code(void);

/** Puts bytes into a block of the host's memory. */
static inline address put(const void *bytes, size_t length) {
  address block = extism_alloc(length);
  for (size_t i = 0; i < length; i++) extism_store_u8(block + i, ((const uint8_t *)bytes)[i]);
  return block;
}

static inline address put_text(const char *text) { return put(text, strlen(text)); }

/** Takes the bytes of a block, as many as there is room for. */
static inline size_t take(address block, void *bytes, size_t room) {
  size_t length = extism_length(block);
  if (length > room) length = room;
  for (size_t i = 0; i < length; i++) ((uint8_t *)bytes)[i] = extism_load_u8(block + i);
  return length;
}

static inline void output_text(const char *text) { extism_output_set(put_text(text), strlen(text)); }

#endif
