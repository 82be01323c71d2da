// What a host tells the component runtime about the promises and streams that pass between it and guests.

export { endStream, type HostWait, noteWait, waitOf } from "../abi/host-notes.ts";
