// Errors of manifests and options in the command's own terms: one that the user can mend is an InputError.

import { ManifestError } from "../../spin/problems.ts";
import { InputError } from "../usage-error.ts";

/** What `action` gives. @throws InputError in place of ManifestError, with all its lines */
export async function inputErrors<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ManifestError) throw new InputError(error.message);
    throw error;
  }
}
