/** Small settings of this browser. Where the page may store nothing (VS Code, Colab), they last as long as it. */
const fallback = new Map<string, string>();

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`labwidgets.${name}`) ?? fallback.get(name) ?? null;
  } catch {
    return fallback.get(name) ?? null;
  }
}

export function remember(name: string, value: string): void {
  fallback.set(name, value);
  try {
    localStorage.setItem(`labwidgets.${name}`, value);
  } catch {
    // The fallback has it.
  }
}

export interface Preferences {
  recall(name: string): string | null;
  remember(name: string, value: string): void;
}

/** Settings of one person in this browser, where several may share it. */
export function preferencesOf(person: string): Preferences {
  return {
    recall: (name) => recall(`${name}.${person}`),
    remember: (name, value) => remember(`${name}.${person}`, value),
  };
}

let tab: string | null = null;

/** A name of this browser tab that a reload does not change. */
export function recallTab(newId: () => string): string {
  try {
    tab ??= sessionStorage.getItem("labwidgets.tab") ?? newId();
    sessionStorage.setItem("labwidgets.tab", tab);
  } catch {
    // Then it lasts as long as the page.
    tab ??= newId();
  }
  return tab;
}
