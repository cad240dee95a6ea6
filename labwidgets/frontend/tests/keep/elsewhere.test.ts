import { expect, it } from "vitest";
import { noteUnsaved, unsavedElsewhere } from "../../src/keep/elsewhere";

/** The cookies of one host, as the pages under its ports see them. */
class Host {
  private cookies = new Map<string, string>();

  page(port: string): Document {
    const host = this;
    return {
      location: { protocol: "http:", hostname: "localhost", port },
      get cookie() {
        return [...host.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      },
      set cookie(text: string) {
        const [pair = "", ...rest] = text.split("; ");
        const [name = "", value = ""] = pair.split("=");
        if (rest.includes("max-age=0")) host.cookies.delete(name);
        else host.cookies.set(name, value);
      },
    } as unknown as Document;
  }
}

const PROJECT = "0b9c1f3e-7a55-4c3d-9d51-1f2e3d4c5b6a";

it("tells pages under other ports of one project how many edits lie where", () => {
  const host = new Host();
  noteUnsaved(PROJECT, 2, host.page("8888"));
  noteUnsaved("another-project-altogether", 5, host.page("8888"));
  expect(unsavedElsewhere(PROJECT, host.page("8889"))).toEqual([{ url: "http://localhost:8888", n: 2 }]);
  expect(unsavedElsewhere(PROJECT, host.page("8888"))).toEqual([]);
});

it("forgets them once they are saved", () => {
  const host = new Host();
  noteUnsaved(PROJECT, 1, host.page(""));
  expect(unsavedElsewhere(PROJECT, host.page("8889"))).toEqual([{ url: "http://localhost", n: 1 }]);
  noteUnsaved(PROJECT, 0, host.page(""));
  expect(unsavedElsewhere(PROJECT, host.page("8889"))).toEqual([]);
});

it("says nothing where a page may have no cookies", () => {
  const page = {
    get location(): Location {
      throw new DOMException("no", "SecurityError");
    },
  } as Document;
  noteUnsaved(PROJECT, 1, page);
  expect(unsavedElsewhere(PROJECT, page)).toEqual([]);
});
