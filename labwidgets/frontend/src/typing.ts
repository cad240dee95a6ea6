/** The heavy part of the typing help: loaded once per page, by the first who switches it on. */
export { createEngine, type Engine } from "./typing/engine";
