// Where things of the node are in a container, and the words that start a program there.
// Owns the names, which the wrapper writes into config.json and the command reads in the container.

/** Everything of ours in a container is below. */
export const OUR_PLACE = "/.wasmeter";
export const LIBRARIES = `${OUR_PLACE}/lib`;
export const LOADER = `${LIBRARIES}/loader`;

/** A program's place. */
export function programPlace(name: string): string {
  return `${OUR_PLACE}/bin/${name}`;
}

/** What stands behind {@link LOADER}: it starts a program in a root file system that has no loader, or another one. */
export function loaderWords(name: string): string[] {
  return ["--library-path", LIBRARIES, programPlace(name)];
}
