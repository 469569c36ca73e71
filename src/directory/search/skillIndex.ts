import SearchableMap from 'minisearch/SearchableMap';
import type { Skill } from '../../domain/entities.ts';
import { closeness, errorsAllowed, indexedWords, searchedWords } from './searchWords.ts';

/** Weights of fields: a word with an error in a name is worth more than the exact word in a description. */
const WEIGHTS = [
  { field: 'name', bit: 1, weight: 1 },
  { field: 'synonyms', bit: 2, weight: 0.85 },
  { field: 'description', bit: 4, weight: 0.3 },
] as const;
const BITS = 8;
const NOT_DESCRIPTION = 1 | 2;
/** The weight of the best field of each set of fields. */
const BEST_WEIGHT = Array.from({ length: BITS }, (_, bits) =>
  Math.max(0, ...WEIGHTS.map(({ bit, weight }) => ((bits & bit) === 0 ? 0 : weight))),
);

/** The highest score of a partial match. */
const PART = 0.95;

/** The most words to search for; eight narrow the list enough, and each takes time. */
const MAX_WORDS = 8;
/** Up to this many words, neighbouring words are also tried as one: `node js` is `NodeJS`. */
const MAX_JOINED = 4;
/** Words of up to this many letters do not match as prefixes in descriptions: nearly every description has a match. */
const SHORT = 2;
/** The edit distance within which the tree searches; it counts swapped letters as two. */
const TREE_ERRORS = 2;

/** Skills by their words, in a tree that supports prefixes and typing errors. */
export class SkillIndex {
  /** Maps a word to the skills that have it: each an index in `#skills` with its fields, as index * BITS + bits. */
  readonly #words = new SearchableMap<number[]>();
  readonly #skills: (Skill | null)[] = [];
  readonly #placeOf = new Map<string, number>();
  /** Free indexes. */
  readonly #free: number[] = [];

  get size(): number {
    return this.#placeOf.size;
  }

  /** The skill of this id, as it was indexed. */
  get(id: string): Skill | null {
    return this.#skills[this.#placeOf.get(id) ?? -1] ?? null;
  }

  ids(): IterableIterator<string> {
    return this.#placeOf.keys();
  }

  /** Adds a skill, replacing the one with its id. */
  set(skill: Skill): void {
    const before = this.get(skill.id);
    if (before && sameText(before, skill)) {
      this.#skills[this.#placeOf.get(skill.id) ?? -1] = skill;
      return;
    }
    this.delete(skill.id);
    const place = this.#free.pop() ?? this.#skills.length;
    this.#skills[place] = skill;
    this.#placeOf.set(skill.id, place);
    for (const [word, bits] of wordsOf(skill)) {
      this.#words.fetch(word, () => []).push(place * BITS + bits);
    }
  }

  delete(id: string): void {
    const place = this.#placeOf.get(id);
    const skill = place === undefined ? null : this.#skills[place];
    if (place === undefined || !skill) return;
    for (const [word, bits] of wordsOf(skill)) {
      const entries = this.#words.get(word) ?? [];
      if (entries.length > 1) entries.splice(entries.indexOf(place * BITS + bits), 1);
      else this.#words.delete(word);
    }
    this.#skills[place] = null;
    this.#placeOf.delete(id);
    this.#free.push(place);
  }

  /**
   * Scores by id, above 0 and up to 0.95, of the skills that match every word of a text. Independent of other skills.
   */
  scores(text: string): Map<string, number> {
    const scores = new Map<string, number>();
    const words = [...new Set(searchedWords(text))].slice(0, MAX_WORDS);
    for (const variant of variantsOf(words)) {
      const letters = variant.join('').length;
      for (const [place, mean] of this.#means(variant)) {
        const skill = this.#skills[place];
        if (!skill) continue;
        // Of names with the same prefix, the shorter one matches better.
        const share = Math.min(1, letters / skill.name.length);
        const score = Math.round(mean * PART * (0.9 + 0.1 * share) * 1e6) / 1e6;
        if (score > (scores.get(skill.id) ?? 0)) scores.set(skill.id, score);
      }
    }
    return scores;
  }

  /** The indexes that match every word, with the mean quality of the match. */
  #means(words: readonly string[]): [place: number, mean: number][] {
    const found = words.map((word) => this.#find(word));
    const fewest = found.reduce((a, b) => (b.places.length < a.places.length ? b : a));
    return fewest.places.flatMap((place): [number, number][] => {
      let sum = 0;
      for (const { values } of found) {
        const value = values[place] ?? 0;
        if (value === 0) return [];
        sum += value;
      }
      return [[place, sum / words.length]];
    });
  }

  /** How well a word matches at each index, and the indexes where it does. */
  #find(word: string): { values: Float64Array; places: number[] } {
    const values = new Float64Array(this.#skills.length);
    const places: number[] = [];
    const take = (indexed: string, entries: readonly number[]) => {
      const close = closeness(word, indexed);
      if (close === null) return;
      const mask = close < 1 && word.length <= SHORT ? NOT_DESCRIPTION : BITS - 1;
      for (const entry of entries) {
        const place = Math.floor(entry / BITS);
        const value = close * (BEST_WEIGHT[entry & mask] ?? 0);
        const before = values[place] ?? 0;
        if (value <= before) continue;
        if (before === 0) places.push(place);
        values[place] = value;
      }
    };
    for (const [indexed, entries] of this.#words.atPrefix(word)) take(indexed, entries);
    if (errorsAllowed(word) > 0) {
      for (const [indexed, [entries]] of this.#words.fuzzyGet(word, TREE_ERRORS)) {
        if (!indexed.startsWith(word)) take(indexed, entries);
      }
    }
    return { values, places };
  }
}

/** The skill's words, each with the fields that contain it. */
function wordsOf(skill: Skill): Map<string, number> {
  const words = new Map<string, number>();
  for (const { field, bit } of WEIGHTS) {
    for (const text of textsOf(skill, field)) {
      for (const word of indexedWords(text, { joined: field !== 'description' })) {
        words.set(word, (words.get(word) ?? 0) | bit);
      }
    }
  }
  return words;
}

function textsOf(skill: Skill, field: (typeof WEIGHTS)[number]['field']): readonly string[] {
  if (field === 'name') return namesOf(skill);
  if (field === 'synonyms') return skill.synonyms;
  return skill.description === null ? [] : [skill.description];
}

/** All names of a skill: each record has its own. */
export function namesOf({ name, records }: Skill): string[] {
  return [...new Set([name, ...records.flatMap(({ row }) => (row.name === null ? [] : [row.name]))])];
}

/** Whether two skills have the same search words, by a quick comparison that may miss equality. */
export function sameText(a: Skill, b: Skill): boolean {
  if (a === b) return true;
  return (
    a.name === b.name &&
    a.description === b.description &&
    a.synonyms.length === b.synonyms.length &&
    a.synonyms.every((synonym, index) => synonym === b.synonyms[index]) &&
    a.records.length === b.records.length &&
    a.records.every(({ row }, index) => row.name === b.records[index]?.row.name)
  );
}

/** The words as typed, and with each pair of neighbours joined. */
function variantsOf(words: readonly string[]): (readonly string[])[] {
  if (words.length === 0) return [];
  if (words.length > MAX_JOINED) return [words];
  const joined = words
    .slice(1)
    .map((word, index) => words.toSpliced(index, 2, `${words[index]}${word}`.replaceAll('.', '')));
  return [words, ...joined];
}
