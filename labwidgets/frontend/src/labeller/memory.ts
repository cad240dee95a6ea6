export { recall, remember } from "../core/memory";
