// The socket functions: accepting, receiving, sending and shutting down.

import { ALL_FDFLAGS, CONNECTION_RIGHTS, FDFLAG, RIFLAG, RIGHT, SDFLAG, WasiError } from "./abi.ts";
import type { ConnectionDescriptor } from "./descriptors.ts";
import { scatter, sendRegions } from "./fd-io.ts";
import { type Call, type FunctionTable, wasiFunction } from "./function-table.ts";
import { waitUnless } from "./waiting.ts";

export const SOCK_FUNCTIONS: FunctionTable = {
  /**
   * Accepts a connection. Waits for one unless the listener has `nonblock`.
   *
   * `badf`; `notsock`; `inval`: a connection, or unknown flags; `notcapable`: no `sock_accept`; `again`: `nonblock` and there is
   * none; `mfile`; `connaborted`. Charges the call alone.
   *
   *     fd -> | fd u32 |
   */
  sock_accept: wasiFunction(["u32", "u32", "u32"], (call, fd, flags, result) => {
    const { memory, state } = call;
    memory.check(result, 4, 4);
    const descriptor = state.descriptors.get(fd);
    if (descriptor.kind === "connection") throw new WasiError("inval", "not listening");
    if (descriptor.kind !== "listener") throw new WasiError("notsock");
    state.descriptors.get(fd, RIGHT.sockAccept);
    if ((flags & ~ALL_FDFLAGS) !== 0) throw new WasiError("inval", "unknown flags");
    const isNonblock = (descriptor.flags & FDFLAG.nonblock) !== 0;
    return waitUnless(isNonblock, call, "sock_accept", descriptor.listener, () => {
      state.descriptors.reserve();
      const connection = descriptor.listener.accept();
      memory.refresh();
      if (connection === undefined) return false;
      const accepted = state.descriptors.add({
        kind: "connection",
        connection,
        rightsBase: CONNECTION_RIGHTS & descriptor.rightsInheriting,
        rightsInheriting: 0,
        flags,
      });
      memory.setU32(result, accepted);
      return true;
    });
  }),

  /**
   * Receives into buffers. Waits until there is a byte (with `recv_waitall` until the buffers are full or the stream ends), unless
   * `nonblock`.
   *
   * `badf`; `notsock`; `notconn`: a listener; `inval`: unknown flags; `notcapable`: no `fd_read`; `again`; `connreset`.
   * Charges each buffer, and each byte that the buffers offer; those that are not received are given back.
   *
   *     ri_data -> | buf u32 | len u32 | …  (input)      buf -> bytes
   *     ro_datalen -> | bytes u32 |      ro_flags -> | u16 = 0 |
   */
  sock_recv: wasiFunction(
    ["u32", "u32", "u32", "u32", "u32", "u32"],
    (call, fd, data, count, flags, size, outFlags) => {
      const { memory } = call;
      memory.check(size, 4, 4);
      memory.check(outFlags, 2, 2);
      const regions = call.regions(data, count);
      const descriptor = connected(call, fd, RIGHT.fdRead);
      if ((flags & ~(RIFLAG.peek | RIFLAG.waitall)) !== 0) throw new WasiError("inval", "unknown flags");
      const { connection } = descriptor;
      const peek = (flags & RIFLAG.peek) !== 0;
      let wanted = 0;
      for (const { length } of regions) wanted += length;
      if (wanted === 0) {
        memory.setU32(size, 0);
        memory.setU16(outFlags, 0);
        return;
      }
      call.chargeTransfer(wanted);
      const all = (flags & RIFLAG.waitall) !== 0 && !peek;
      let received = 0;
      const isNonblock = (descriptor.flags & FDFLAG.nonblock) !== 0;
      return waitUnless(isNonblock, call, "sock_recv", connection.readable, () => {
        for (;;) {
          const chunk = connection.read(wanted - received, peek);
          memory.refresh();
          if (chunk === undefined) {
            if (!isNonblock || received === 0) return false;
          } else {
            scatter(memory, regions, chunk, received);
            received += chunk.length;
            call.moved(chunk.length);
            if (all && chunk.length > 0 && received < wanted) continue;
          }
          memory.setU32(size, received);
          memory.setU16(outFlags, 0);
          return true;
        }
      });
    },
  ),

  /**
   * Sends buffers. Waits until at least a byte is taken, unless `nonblock`.
   *
   * `badf`; `notsock`; `notconn`: a listener; `inval`: any flags, as none are defined; `notcapable`: no `fd_write`; `again`;
   * `pipe`: the peer has gone. Charges each buffer and each byte in them; those that are not sent are given back.
   *
   *     si_data -> | buf u32 | len u32 | …  (input)      so_datalen -> | bytes u32 |
   */
  sock_send: wasiFunction(["u32", "u32", "u32", "u32", "u32"], (call, fd, data, count, flags, size) => {
    call.memory.check(size, 4, 4);
    const regions = call.regions(data, count);
    const descriptor = connected(call, fd, RIGHT.fdWrite);
    if (flags !== 0) throw new WasiError("inval", "unknown flags");
    const { connection, flags: fdflags } = descriptor;
    const sink = { sink: connection, waitable: connection.writable, flags: fdflags };
    return sendRegions(call, sink, regions, size, "sock_send");
  }),

  /**
   * Ends one or both directions of a connection. `badf`; `notsock`; `notconn`: a listener; `inval`: no or unknown direction;
   * `notcapable`: no `sock_shutdown`. Writes nothing. Charges the call alone.
   */
  sock_shutdown: wasiFunction(["u32", "u32"], (call, fd, how) => {
    const { connection } = connected(call, fd, RIGHT.sockShutdown);
    if (how === 0 || (how & ~(SDFLAG.rd | SDFLAG.wr)) !== 0) throw new WasiError("inval");
    connection.shutdown((how & SDFLAG.rd) !== 0, (how & SDFLAG.wr) !== 0);
  }),
};

function connected({ state }: Call, fd: number, right: number): ConnectionDescriptor {
  const descriptor = state.descriptors.get(fd);
  if (descriptor.kind === "listener") throw new WasiError("notconn");
  if (descriptor.kind !== "connection") throw new WasiError("notsock");
  if ((descriptor.rightsBase & right) !== right) throw new WasiError("notcapable");
  return descriptor;
}
