import type { SecretText } from './secret-text.ts';

/** How the text of one list item is checked and brought to its canonical form. */
export type ListItemKind = 'origin' | 'host' | 'address-range' | 'text';

interface RowBase {
  /** The environment variable. The flag (`--payload-max-bytes`) and the key (`payloadMaxBytes`) derive from it. */
  readonly name: string;
  /** Full sentences for the operator: what it does, when to change it. */
  readonly doc: string;
  /** What one of a number stands for. Times and sizes also carry it in their name: `_MS`, `_S`, `_BYTES`. */
  readonly unit?: string;
  /** Never printed. Has no flag: every user of a machine can read its command lines. */
  readonly secret?: true;
  /** Set once the option is gone: what to use instead. Whoever still sets it is told so, and the start fails. */
  readonly removed?: string;
}

/** One option. Without a `default` it may be absent. */
export type OptionRow =
  | (RowBase & { readonly type: 'string' | 'path'; readonly default?: string })
  /** Key material, in the spellings of `parseSecret`; kept to the character, so an empty one is not an absent one. */
  | (RowBase & { readonly type: 'secret'; readonly secret: true })
  | (RowBase & { readonly type: 'enum'; readonly values: readonly string[]; readonly default: string })
  | (RowBase & { readonly type: 'boolean'; readonly default: boolean })
  | (RowBase & { readonly type: 'integer'; readonly min: number; readonly max: number; readonly default: number })
  | (RowBase & {
      readonly type: 'list';
      readonly items: ListItemKind;
      /** The only items there may be. */
      readonly values?: readonly string[];
      readonly default: readonly string[];
    });

/** Options that are read together. */
export interface OptionGroup {
  readonly heading: string;
  readonly options: readonly OptionRow[];
}

/** `PAYLOAD_MAX_BYTES` -> `payloadMaxBytes`. */
export type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;

type Items<Row> = Row extends { readonly values: readonly (infer Item extends string)[] } ? Item : string;

type Present<Row> = Row extends { readonly type: 'integer' }
  ? number
  : Row extends { readonly type: 'boolean' }
    ? boolean
    : Row extends { readonly type: 'list' }
      ? readonly Items<Row>[]
      : Row extends { readonly secret: true }
        ? SecretText
        : Items<Row>;

/** The TypeScript type that a row gives to its value. */
export type ValueOf<Row> = Row extends { readonly default: unknown } ? Present<Row> : Present<Row> | undefined;

/** `PAYLOAD_MAX_BYTES` -> `payloadMaxBytes`: the key in `parley.config.json` and in the loaded configuration. */
export function optionKey<Name extends string>(name: Name): CamelCase<Name> {
  const key = name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
  return key as CamelCase<Name>;
}

/** `PAYLOAD_MAX_BYTES` -> `--payload-max-bytes`. */
export function optionFlag(name: string): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`;
}
