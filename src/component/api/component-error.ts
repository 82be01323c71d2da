// The error side of a WIT `result`, for embedders and hosts.

export { ComponentError } from "../abi/component-error.ts";
