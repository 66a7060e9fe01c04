// What a key says in a language: its words with the values in their places, in the plural that the language has for their count
// (CLDR's, by the platform). A key without words says itself.

/** The words of a language, in sections. */
export interface Words {
  [key: string]: string | Words;
}

/** What stands in the places of the words; `count` chooses the plural, too; `defaultValue` is said where the key has no words. */
export interface Values {
  count?: number;
  defaultValue?: string;
  [place: string]: unknown;
}

export type Translate = (key: string, values?: Values) => string;

const PLACE = /\{\{(\w+)\}\}/g;

/** The words of one language, to which more may be added. */
export class Translator {
  private readonly plurals: Intl.PluralRules;
  private readonly sections: Words[] = [];

  constructor(language: string) {
    this.plurals = new Intl.PluralRules(language);
  }

  /** More words, once. */
  add(words: Words) {
    if (!this.sections.includes(words)) this.sections.push(words);
  }

  /** Its own function for good: it may be given away, and what depends on it depends on the language. */
  readonly translate: Translate = (key, values) => {
    const words = (values?.count === undefined ? undefined : this.find(`${key}_${this.plurals.select(values.count)}`)) ?? this.find(key);
    if (words === undefined) return values?.defaultValue ?? key;
    return values === undefined ? words : words.replace(PLACE, (_, place: string) => String(values[place] ?? ""));
  };

  /** Whether a key has words. */
  exists(key: string): boolean {
    return this.find(key) !== undefined;
  }

  private find(key: string): string | undefined {
    const path = key.split(".");
    for (const section of this.sections) {
      let found: string | Words | undefined = section;
      for (const name of path) found = typeof found === "object" && Object.hasOwn(found, name) ? found[name] : undefined;
      if (typeof found === "string") return found;
    }
    return undefined;
  }
}
