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
