/** The recorder's view: loaded once per page, by the first widget that shows it. */
export { mount } from "./recorder/mount";
